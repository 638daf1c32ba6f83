package io.weft.mesh.telemetry;

import io.weft.mesh.MeshLimits;
import java.util.List;

/**
 * Which traces are asked for.
 *
 * @param limit how many at most, 1 to {@link MeshLimits#TRACES_KEPT}
 * @param slowerThanMillis only those with a span that took longer; 0 for any
 * @param operation only those with a span of that name; empty for any
 * @param failed whether only those with a span that failed
 */
public record TraceQuestion(int limit, long slowerThanMillis, String operation, boolean failed) {
  private static final long MILLI_NANOS = 1_000_000;

  /** Checks the limit. */
  public TraceQuestion {
    if (limit < 1 || limit > MeshLimits.TRACES_KEPT) {
      throw new IllegalArgumentException(
          "limit: " + limit + " (expected: 1 to " + MeshLimits.TRACES_KEPT + ")");
    }
    if (slowerThanMillis < 0) {
      throw new IllegalArgumentException(
          "slowerThanMillis: " + slowerThanMillis + " (expected: 0 or more)");
    }
  }

  /** Returns whether a trace with these spans is asked for. */
  boolean concerns(List<Span> spans) {
    boolean slow = slowerThanMillis == 0;
    boolean named = operation.isEmpty();
    boolean bad = !failed;
    for (var span : spans) {
      slow |= span.nanos() > slowerThanMillis * MILLI_NANOS;
      named |= span.name().equals(operation);
      bad |= span.failed();
    }
    return slow && named && bad;
  }
}
