package io.weft.lab.sim;

import io.vertx.core.json.JsonObject;

/**
 * One target of docs/RELIABILITY.md, and what was measured of it.
 *
 * @param row the target's row
 * @param what was done
 * @param target what was to be shown
 * @param measured what was shown
 * @param met whether that is enough
 */
record Target(int row, String what, String target, String measured, boolean met) {

  /** Returns the target as one line of JSON. */
  String toJson() {
    return new JsonObject()
        .put("row", row)
        .put("what", what)
        .put("target", target)
        .put("measured", measured)
        .put("met", met)
        .encode();
  }

  @Override
  public String toString() {
    return String.format(
        "row %-3d %s%n        target    %s%n        measured  %s%n        %s",
        row, what, target, measured, met ? "met" : "MISSED");
  }
}
