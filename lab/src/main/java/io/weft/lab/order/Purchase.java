package io.weft.lab.order;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.weft.mesh.time.Rng;
import java.util.List;
import java.util.UUID;

/**
 * One order as a client wants it, the same for both systems: three lines, the user and the key
 * drawn from its number.
 *
 * @param user who orders
 * @param key its idempotency key
 */
public record Purchase(UUID user, String key) {
  /** The currency of all prices. */
  public static final String CURRENCY = "EUR";

  static final String NOTE = "leave it with the neighbours";

  /** One line of every order; no discount, so the total is a plain product. */
  record Line(String sku, String name, long quantity, long unitPrice) {
    long total() {
      return quantity * unitPrice;
    }
  }

  static final List<Line> LINES =
      List.of(
          new Line("PEAR-1", "Pears, a crate", 2, 1_250),
          new Line("JAM-07", "Quince jam", 12, 389),
          new Line("BAG-3", "Paper bags", 100, 4));

  /** What every order costs, in minor units. */
  public static final long TOTAL = LINES.stream().mapToLong(Line::total).sum();

  private static final String BODY_REST =
      new JsonObject()
          .put("currency", CURRENCY)
          .put("note", NOTE)
          .put(
              "lines",
              LINES.stream()
                  .map(Purchase::json)
                  .collect(JsonArray::new, JsonArray::add, JsonArray::addAll))
          .encode()
          .substring(1);

  private static JsonObject json(Line line) {
    return new JsonObject()
        .put("sku", line.sku())
        .put("name", line.name())
        .put("quantity", line.quantity())
        .put("unitPrice", line.unitPrice());
  }

  /** Returns a name for the orders of one measurement, which no other has. */
  public static String run() {
    return Rng.system().uuid().toString();
  }

  /** Returns the order of a number in a measurement. */
  public static Purchase of(String run, List<UUID> users, long number) {
    int user = (int) Math.floorMod(number * 31 + (number >>> 40) * 17, (long) users.size());
    return new Purchase(users.get(user), run + "-" + Long.toString(number, 36));
  }

  /** Returns the request body. */
  public String body() {
    return "{\"userId\":\"" + user + "\"," + BODY_REST;
  }
}
