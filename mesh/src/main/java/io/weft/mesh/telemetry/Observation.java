package io.weft.mesh.telemetry;

import io.weft.mesh.time.Ticker;
import io.weft.mesh.time.WallClock;

/**
 * All that a node's mesh tells of itself, as one value to hand to whatever tells.
 *
 * @param node the node's id
 * @param telemetry what became of calls
 * @param explanations how those calls were made that ask for it
 * @param spans where the spans go of what was done
 * @param decisions what was decided, and why
 * @param taps who looks on while calls are made
 */
public record Observation(
    String node,
    Telemetry telemetry,
    Explanations explanations,
    SpanSink spans,
    Decisions decisions,
    Taps taps) {

  /** Creates what tells all of this, while nobody can look on. */
  public Observation(
      String node,
      Telemetry telemetry,
      Explanations explanations,
      SpanSink spans,
      Decisions decisions) {
    this(
        node,
        telemetry,
        explanations,
        spans,
        decisions,
        new Taps(Ticker.system(), WallClock.system()));
  }

  /** Returns what tells of calls, and of nothing else to anybody. */
  public static Observation of(Telemetry telemetry) {
    return new Observation(
        "local",
        telemetry,
        new Explanations(),
        SpanSink.NONE,
        new Decisions("local", WallClock.system()));
  }
}
