package io.weft.orders;

import io.weft.mesh.wire.JsonCodec;
import io.weft.orders.api.Order;
import io.weft.orders.api.PlaceOrder;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An order that is checked and priced, and not stored.
 *
 * @param id the order's id
 * @param userId who orders
 * @param currency of all amounts
 * @param lines what is ordered
 * @param total in minor units
 * @param note for people
 * @param encodedBytes an upper bound of the order as JSON, now and later
 */
record Draft(
    UUID id,
    UUID userId,
    String currency,
    List<Order.Line> lines,
    long total,
    @Nullable String note,
    int encodedBytes) {

  /** Checks a request and prices it. */
  static Draft of(UUID id, UUID userId, PlaceOrder request) {
    var lines = OrderRules.lines(request.lines());
    String currency = OrderRules.currency(request.currency());
    String note = OrderRules.note(request.note());
    long total = OrderRules.total(lines);
    var draft = new Draft(id, userId, currency, lines, total, note, 0);
    int bytes =
        JsonCodec.encode(draft.pending(Instant.EPOCH)).length() + OrdersLimits.ORDER_GROWTH_BYTES;
    if (bytes > OrdersLimits.ORDER_MAX_BYTES) {
      throw OrderFailures.tooLarge(bytes);
    }
    return new Draft(id, userId, currency, lines, total, note, bytes);
  }

  /** Returns the order as it is once it is stored. */
  Order pending(Instant createdAt) {
    return new Order(
        id.toString(),
        userId.toString(),
        Order.Status.PENDING,
        null,
        currency,
        lines,
        total,
        note,
        createdAt,
        createdAt,
        1);
  }
}
