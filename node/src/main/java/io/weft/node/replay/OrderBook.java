package io.weft.node.replay;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A book of customers, orders and totals, read from a folder; see {@code docs/REPLAY.md}.
 *
 * @param name the folder's name; part of e-mail addresses and keys
 * @param customers in the order of the file
 * @param orders in the order of the file
 * @param totals by customer; those of the file, or else computed here
 * @param totalsFromFile whether the folder has a file of totals
 */
record OrderBook(
    String name,
    List<Customer> customers,
    List<Order> orders,
    Map<String, Total> totals,
    boolean totalsFromFile) {
  private static final BigDecimal FULL = BigDecimal.valueOf(10_000);

  /** One customer, who becomes a user. */
  record Customer(String code, String company) {
    String email(String book) {
      return (code + "@" + book + ".example").toLowerCase(Locale.ROOT);
    }
  }

  /** One order, with its lines as the API takes them. */
  record Order(String number, String customer, List<JsonObject> lines) {}

  /** How many orders a customer has, and what they come to in minor units. */
  record Total(int orders, long minor) {
    static final Total NONE = new Total(0, 0);

    Total plus(long orderMinor) {
      return new Total(orders + 1, Math.addExact(minor, orderMinor));
    }
  }

  /** Returns a customer's total; none if it has not ordered. */
  Total total(String customer) {
    return totals.getOrDefault(customer, Total.NONE);
  }

  /** Returns the total of the whole book. */
  Total grandTotal() {
    return totals.values().stream()
        .reduce(
            Total.NONE, (a, b) -> new Total(a.orders + b.orders, Math.addExact(a.minor, b.minor)));
  }

  /** Returns how many lines all orders have. */
  int lines() {
    return orders.stream().mapToInt(order -> order.lines().size()).sum();
  }

  /**
   * Reads a book.
   *
   * @throws ReplayFailure with file and line at the first thing that is wrong
   */
  static OrderBook read(Path folder) {
    var name = bookName(folder);
    var customers = customers(folder.resolve("customers.jsonl"));
    var orders = orders(folder.resolve("orders.jsonl"), customers);
    var computed = computed(orders);
    var file = folder.resolve("totals.csv");
    if (!Files.exists(file)) {
      return new OrderBook(name, customers, orders, computed, false);
    }
    var stated = totals(file);
    disagreement(stated, computed, file);
    return new OrderBook(name, customers, orders, stated, true);
  }

  private static String bookName(Path folder) {
    var last = folder.toAbsolutePath().normalize().getFileName();
    var name =
        last == null ? "" : last.toString().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
    var trimmed = name.replaceAll("^-+|-+$", "");
    return trimmed.isEmpty() ? "book" : trimmed;
  }

  private static List<Customer> customers(Path file) {
    var customers = new ArrayList<Customer>();
    var codes = new HashSet<String>();
    eachLine(
        file,
        ReplayLimits.CUSTOMERS_MAX,
        line -> {
          var json = new JsonObject(line);
          var customer = new Customer(text(json, "code"), text(json, "company"));
          expect(codes.add(customer.code()), "code " + customer.code() + " is there twice");
          customers.add(customer);
        });
    return customers;
  }

  private static List<Order> orders(Path file, List<Customer> customers) {
    var codes = new HashSet<String>();
    customers.forEach(customer -> codes.add(customer.code()));
    var numbers = new HashSet<String>();
    var orders = new ArrayList<Order>();
    eachLine(
        file,
        ReplayLimits.ORDERS_MAX,
        line -> {
          var order = order(new JsonObject(line));
          expect(codes.contains(order.customer()), "no customer has code " + order.customer());
          expect(numbers.add(order.number()), "number " + order.number() + " is there twice");
          orders.add(order);
        });
    return orders;
  }

  private static Order order(JsonObject json) {
    var lines = new ArrayList<JsonObject>();
    for (var item : json.getJsonArray("lines")) {
      var line = (JsonObject) item;
      var sent =
          new JsonObject()
              .put("sku", text(line, "sku"))
              .put("quantity", number(line, "quantity"))
              .put("unitPrice", number(line, "unitPrice"));
      if (line.containsKey("name")) {
        sent.put("name", text(line, "name"));
      }
      if (line.containsKey("discountBps")) {
        sent.put("discountBps", number(line, "discountBps"));
      }
      lines.add(sent);
    }
    expect(!lines.isEmpty(), "an order without lines");
    return new Order(String.valueOf(json.getValue("number")), text(json, "customer"), lines);
  }

  // A second way to the same figures, with other arithmetic than the service's.
  private static Map<String, Total> computed(List<Order> orders) {
    var totals = new LinkedHashMap<String, Total>();
    for (var order : orders) {
      var sum = BigDecimal.ZERO;
      for (var line : order.lines()) {
        sum = sum.add(lineTotal(line));
      }
      var total = totals.getOrDefault(order.customer(), Total.NONE);
      totals.put(order.customer(), total.plus(sum.longValueExact()));
    }
    return totals;
  }

  private static BigDecimal lineTotal(JsonObject line) {
    return BigDecimal.valueOf(line.getLong("quantity"))
        .multiply(BigDecimal.valueOf(line.getLong("unitPrice")))
        .multiply(FULL.subtract(BigDecimal.valueOf(line.getLong("discountBps", 0L))))
        .divide(FULL, 0, RoundingMode.HALF_UP);
  }

  private static Map<String, Total> totals(Path file) {
    var totals = new LinkedHashMap<String, Total>();
    eachLine(
        file,
        ReplayLimits.CUSTOMERS_MAX + 1,
        line -> {
          if (line.startsWith("customer,")) {
            return;
          }
          var cells = line.split(",", -1);
          expect(cells.length == 3, "customer,orders,total expected");
          var total = new Total(Integer.parseInt(cells[1]), Long.parseLong(cells[2]));
          expect(totals.put(cells[0], total) == null, cells[0] + " is there twice");
        });
    return totals;
  }

  private static void disagreement(
      Map<String, Total> stated, Map<String, Total> computed, Path file) {
    var codes = new HashSet<>(stated.keySet());
    codes.addAll(computed.keySet());
    for (var code : codes) {
      var said = stated.getOrDefault(code, Total.NONE);
      var summed = computed.getOrDefault(code, Total.NONE);
      if (!said.equals(summed)) {
        throw new ReplayFailure(
            file + ": " + code + ": " + said + ", but the lines of its orders make " + summed);
      }
    }
  }

  private static String text(JsonObject json, String field) {
    var value = json.getValue(field);
    expect(value instanceof String text && !text.isBlank(), field + ": a text is expected");
    return (String) value;
  }

  private static long number(JsonObject json, String field) {
    var value = json.getValue(field);
    expect(value instanceof Integer || value instanceof Long, field + ": a number is expected");
    return ((Number) value).longValue();
  }

  private static void expect(boolean right, String wrong) {
    if (!right) {
      throw new IllegalArgumentException(wrong);
    }
  }

  private interface LineReader {
    void read(String line);
  }

  private static void eachLine(Path file, int max, LineReader reader) {
    int number = 0;
    try (var lines = Files.newBufferedReader(file)) {
      for (var line = next(lines); line != null; line = next(lines)) {
        number++;
        expect(number <= max, "more than " + max + " lines");
        if (!line.isBlank()) {
          reader.read(line);
        }
      }
    } catch (NoSuchFileException e) {
      throw new ReplayFailure(file + ": no such file (expected: a book of orders)", e);
    } catch (IOException e) {
      throw new ReplayFailure(file + ": cannot be read (" + e + ")", e);
    } catch (DecodeException
        | IllegalArgumentException
        | ArithmeticException
        | ClassCastException
        | NullPointerException e) {
      throw new ReplayFailure(file + ":" + number + ": " + e.getMessage(), e);
    }
  }

  private static @org.jspecify.annotations.Nullable String next(BufferedReader lines)
      throws IOException {
    var line = lines.readLine();
    expect(
        line == null || line.length() <= ReplayLimits.LINE_MAX_CHARS,
        "longer than " + ReplayLimits.LINE_MAX_CHARS + " characters");
    return line;
  }
}
