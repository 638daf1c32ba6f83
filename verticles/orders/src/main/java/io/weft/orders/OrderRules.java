package io.weft.orders;

import io.weft.ledger.StorableText;
import io.weft.mesh.MeshFailure;
import io.weft.orders.api.Order;
import io.weft.orders.api.PlaceOrder;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Currency;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the fields of a request must be, and what an order comes to. Each method returns the value
 * in the form in which it is stored, or throws {@code request.invalid} with the field's pointer.
 */
final class OrderRules {
  private static final Pattern UUID_TEXT =
      Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
  private static final BigInteger WHOLE = BigInteger.valueOf(OrdersLimits.BPS_WHOLE);
  private static final BigInteger HALF = BigInteger.valueOf(OrdersLimits.BPS_WHOLE / 2);

  private OrderRules() {}

  static String currency(@Nullable String currency) {
    String given = present(currency, "/currency");
    try {
      return Currency.getInstance(given).getCurrencyCode();
    } catch (IllegalArgumentException e) {
      throw invalid("currency: unknown (expected: a code of ISO 4217, as EUR)", "/currency");
    }
  }

  static @Nullable String note(@Nullable String note) {
    return note == null ? null : text(note, 0, OrdersLimits.NOTE_MAX_CHARS, true, "/note");
  }

  static List<Order.Line> lines(@Nullable List<PlaceOrder.@Nullable Line> lines) {
    List<PlaceOrder.@Nullable Line> given = present(lines, "/lines");
    if (given.isEmpty() || given.size() > OrdersLimits.LINES_MAX) {
      throw invalid(
          "lines: " + given.size() + " (expected: 1 to " + OrdersLimits.LINES_MAX + ")", "/lines");
    }
    var priced = new ArrayList<Order.Line>(given.size());
    for (int i = 0; i < given.size(); i++) {
      priced.add(line(given.get(i), "/lines/" + i));
    }
    return priced;
  }

  private static Order.Line line(PlaceOrder.@Nullable Line line, String at) {
    PlaceOrder.Line given = present(line, at);
    String sku =
        text(present(given.sku(), at + "/sku"), 1, OrdersLimits.SKU_MAX_CHARS, false, at + "/sku");
    String name =
        given.name() == null
            ? null
            : text(given.name(), 0, OrdersLimits.NAME_MAX_CHARS, false, at + "/name");
    long quantity = within(given.quantity(), 1, OrdersLimits.QUANTITY_MAX, at + "/quantity");
    long unitPrice = within(given.unitPrice(), 0, OrdersLimits.UNIT_PRICE_MAX, at + "/unitPrice");
    Integer discount = given.discountBps();
    long discountBps =
        discount == null
            ? 0
            : within((long) discount, 0, OrdersLimits.BPS_WHOLE, at + "/discountBps");
    return new Order.Line(
        sku, name, quantity, unitPrice, discount, lineTotal(quantity, unitPrice, discountBps, at));
  }

  /**
   * Returns {@code quantity * unitPrice * (10000 - discountBps) / 10000}, exact and rounded half
   * up.
   *
   * @param at the pointer of the line, for {@code order.amount_overflow}
   */
  static long lineTotal(long quantity, long unitPrice, long discountBps, String at) {
    var total =
        BigInteger.valueOf(quantity)
            .multiply(BigInteger.valueOf(unitPrice))
            .multiply(BigInteger.valueOf(OrdersLimits.BPS_WHOLE - discountBps))
            .add(HALF)
            .divide(WHOLE);
    if (total.bitLength() >= Long.SIZE) {
      throw overflow("the total of the line", at);
    }
    return total.longValue();
  }

  /** Returns the sum of the lines' totals. */
  static long total(List<Order.Line> lines) {
    long total = 0;
    for (var line : lines) {
      if (line.total() > Long.MAX_VALUE - total) {
        throw overflow("the total of the order", "/lines");
      }
      total += line.total();
    }
    return total;
  }

  static int limit(@Nullable Integer limit) {
    long given = limit == null ? OrdersLimits.PAGE_DEFAULT : limit;
    return (int) within(given, 1, OrdersLimits.PAGE_MAX, "/limit");
  }

  /** Returns the id of an order; no order has an id that is not a UUID. */
  static UUID orderId(@Nullable String id) {
    UUID parsed = uuid(present(id, "/id"));
    if (parsed == null) {
      throw OrderFailures.notFound();
    }
    return parsed;
  }

  /** Returns the id that a site has given to an order. */
  static UUID replayedOrder(@Nullable String id) {
    UUID parsed = uuid(present(id, "/orderId"));
    if (parsed == null) {
      throw invalid("orderId: not an id (expected: a UUID)", "/orderId");
    }
    return parsed;
  }

  /** Checks that a site and its hub have come to the same total. */
  static void replayedTotal(@Nullable Long total, long computed) {
    if (present(total, "/total") != computed) {
      throw invalid("total: " + total + " (expected: " + computed + ")", "/total");
    }
  }

  /** Returns the id of the user who orders; no user has an id that is not a UUID. */
  static UUID orderingUser(@Nullable String id) {
    UUID parsed = uuid(present(id, "/userId"));
    if (parsed == null) {
      throw OrderFailures.unknownUser();
    }
    return parsed;
  }

  /** Returns the id of the user whose orders are summed up; none has an id that is not a UUID. */
  static UUID summedUser(@Nullable String id) {
    UUID parsed = uuid(present(id, "/id"));
    if (parsed == null) {
      throw new MeshFailure.Application("user.not_found", "no user has this id");
    }
    return parsed;
  }

  /** Returns the user whose orders are asked for, or null for everybody's. */
  static @Nullable UUID userFilter(@Nullable String id) {
    if (id == null) {
      return null;
    }
    UUID parsed = uuid(id);
    if (parsed == null) {
      throw invalid("userId: not an id (expected: a UUID)", "/userId");
    }
    return parsed;
  }

  private static @Nullable UUID uuid(String id) {
    String lower = id.toLowerCase(Locale.ROOT);
    return UUID_TEXT.matcher(lower).matches() ? UUID.fromString(lower) : null;
  }

  private static long within(@Nullable Long value, long least, long most, String pointer) {
    long given = present(value, pointer);
    if (given < least || given > most) {
      throw invalid(
          name(pointer) + ": " + given + " (expected: " + least + " to " + most + ")", pointer);
    }
    return given;
  }

  private static String text(String text, int least, int most, boolean lines, String pointer) {
    int length = StorableText.length(text);
    if (length < least || length > most || !StorableText.isClean(text, lines)) {
      throw invalid(
          "%s: %d characters (expected: %d to %d, no control characters)"
              .formatted(name(pointer), length, least, most),
          pointer);
    }
    return text;
  }

  static <T> T present(@Nullable T value, String pointer) {
    if (value == null) {
      throw invalid(name(pointer) + ": absent (expected: a value)", pointer);
    }
    return value;
  }

  private static String name(String pointer) {
    return pointer.substring(pointer.lastIndexOf('/') + 1);
  }

  private static MeshFailure.Application invalid(String message, String pointer) {
    return new MeshFailure.Application("request.invalid", message, pointer);
  }

  private static MeshFailure.Application overflow(String what, String pointer) {
    return new MeshFailure.Application(
        "order.amount_overflow",
        what + " is too great (expected: at most " + Long.MAX_VALUE + " minor units)",
        pointer);
  }
}
