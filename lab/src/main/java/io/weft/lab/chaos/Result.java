package io.weft.lab.chaos;

import io.vertx.core.json.JsonObject;

/**
 * One target, and what was measured against it.
 *
 * @param row the row of the fault, 1 to 10
 * @param what what was measured
 * @param target what it had to be
 * @param measured what it was
 * @param met whether it was as it had to be
 */
record Result(int row, String what, String target, String measured, boolean met) {
  /** Returns the result of something that must not happen. */
  static Result none(int row, String what, long count, String details) {
    return new Result(row, what, "0", count + details, count == 0);
  }

  /** Returns the result of something that must not take longer. */
  static Result within(int row, String what, long maxMillis, long millis, String details) {
    return new Result(
        row, what, "at most " + maxMillis + " ms", millis + " ms" + details, millis <= maxMillis);
  }

  /** Returns a line of JSON. */
  String json() {
    return new JsonObject()
        .put("row", row)
        .put("what", what)
        .put("target", target)
        .put("measured", measured)
        .put("met", met)
        .encode();
  }
}
