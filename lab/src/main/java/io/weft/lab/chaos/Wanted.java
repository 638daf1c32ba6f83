package io.weft.lab.chaos;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What a customer wants to order: drawn from a number, so that it can be drawn again and need not
 * be kept.
 *
 * @param note by which the order is known again, whatever became of it
 * @param lines what is ordered
 */
record Wanted(String note, List<Line> lines) {
  static final String CURRENCY = "EUR";

  private static final int BPS_WHOLE = 10_000;
  private static final int BPS_STEP = 125;

  /** One line of it. */
  record Line(String sku, long quantity, long unitPrice, int discountBps) {
    /** Returns what it costs in minor units, rounded half up. */
    long total() {
      return (quantity * unitPrice * (BPS_WHOLE - discountBps) + BPS_WHOLE / 2) / BPS_WHOLE;
    }

    private JsonObject json() {
      return new JsonObject()
          .put("sku", sku)
          .put("quantity", quantity)
          .put("unitPrice", unitPrice)
          .put("discountBps", discountBps);
    }
  }

  /** Draws an order. */
  static Wanted of(String note, long seed) {
    var random = new SplittableRandom(seed);
    var lines = new ArrayList<Line>();
    int count = 1 + random.nextInt(ChaosLimits.LINES_MAX);
    for (int i = 0; i < count; i++) {
      lines.add(
          new Line(
              "A-" + random.nextInt(BPS_WHOLE),
              1 + random.nextInt(ChaosLimits.QUANTITY_MAX),
              1 + random.nextInt(ChaosLimits.UNIT_PRICE_MAX),
              BPS_STEP * random.nextInt(BPS_WHOLE / BPS_STEP / 4)));
    }
    return new Wanted(note, List.copyOf(lines));
  }

  /** Returns what all lines cost, in minor units. */
  long total() {
    return lines.stream().mapToLong(Line::total).sum();
  }

  /** Returns the request. */
  JsonObject body(String user) {
    var array = new JsonArray();
    lines.forEach(line -> array.add(line.json()));
    return new JsonObject()
        .put("userId", user)
        .put("currency", CURRENCY)
        .put("note", note)
        .put("lines", array);
  }

  /** Returns whether an order as it was answered or read is this one. */
  boolean isIn(JsonObject order, String user) {
    return user.equals(order.getString("userId"))
        && note.equals(order.getString("note"))
        && CURRENCY.equals(order.getString("currency"))
        && order.getLong("total") == total()
        && linesAreIn(order.getJsonArray("lines"));
  }

  private boolean linesAreIn(JsonArray there) {
    if (there.size() != lines.size()) {
      return false;
    }
    for (int i = 0; i < lines.size(); i++) {
      var line = lines.get(i);
      if (!line.json().put("total", line.total()).equals(there.getJsonObject(i))) {
        return false;
      }
    }
    return true;
  }
}
