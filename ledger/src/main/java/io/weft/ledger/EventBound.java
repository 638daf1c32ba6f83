package io.weft.ledger;

import io.vertx.core.json.JsonObject;
import java.time.Duration;

/**
 * How many of a service's events can be read again: those that are neither older nor more bytes
 * than this.
 *
 * @param age how long they are kept
 * @param bytes how many bytes of them, of their bodies and names; the newest ones
 */
record EventBound(Duration age, long bytes) {
  private static final long BYTES_PER_MIB = 1024 * 1024;

  /**
   * Reads the settings of a node.
   *
   * @throws IllegalArgumentException if they make no sense
   */
  static EventBound of(JsonObject settings) {
    var section = settings.getJsonObject("events", new JsonObject());
    int hours =
        checked(
            section,
            "keptHours",
            LedgerLimits.EVENTS_KEPT_HOURS,
            LedgerLimits.EVENTS_KEPT_HOURS_MAX);
    int mib =
        checked(section, "keptMiB", LedgerLimits.EVENTS_KEPT_MIB, LedgerLimits.EVENTS_KEPT_MIB_MAX);
    return new EventBound(Duration.ofHours(hours), mib * BYTES_PER_MIB);
  }

  /** Returns the bound of what a consumer of the service has not applied. */
  EventBound forConsumers() {
    return new EventBound(
        age.multipliedBy(LedgerLimits.EVENTS_KEPT_FOR_CONSUMERS),
        bytes * LedgerLimits.EVENTS_KEPT_FOR_CONSUMERS);
  }

  private static int checked(JsonObject section, String name, int usual, int max) {
    int value = section.getInteger(name, usual);
    if (value < 1 || value > max) {
      throw new IllegalArgumentException(
          "events." + name + ": " + value + " (expected: 1 to " + max + ")");
    }
    return value;
  }
}
