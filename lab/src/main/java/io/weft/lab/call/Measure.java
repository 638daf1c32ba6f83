package io.weft.lab.call;

import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * What one closed loop has shown, as its client saw it.
 *
 * @param concurrency calls outstanding at a time
 * @param rps calls answered per second
 * @param p50Micros half the answers came within, in microseconds
 * @param p99Micros 99 of 100 answers came within, in microseconds
 * @param p999Micros 999 of 1,000 answers came within, in microseconds
 * @param answered calls answered, also those after the time was up
 * @param errors calls that failed or were never answered
 * @param firstError what the first of them said, or null when there is none
 */
public record Measure(
    int concurrency,
    double rps,
    double p50Micros,
    double p99Micros,
    double p999Micros,
    long answered,
    long errors,
    @Nullable String firstError) {

  /** Returns these figures as they travel from a client to whoever asked for them. */
  public JsonObject toJson() {
    return new JsonObject()
        .put("concurrency", concurrency)
        .put("rps", rps)
        .put("p50", p50Micros)
        .put("p99", p99Micros)
        .put("p999", p999Micros)
        .put("answered", answered)
        .put("errors", errors)
        .put("firstError", firstError);
  }

  /** Returns the figures that {@link #toJson} has written. */
  public static Measure of(JsonObject json) {
    return new Measure(
        json.getInteger("concurrency"),
        json.getDouble("rps"),
        json.getDouble("p50"),
        json.getDouble("p99"),
        json.getDouble("p999"),
        json.getLong("answered"),
        json.getLong("errors"),
        json.getString("firstError"));
  }
}
