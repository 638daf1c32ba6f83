package io.weft.mesh.telemetry;

import io.weft.mesh.MeshLimits;
import io.weft.mesh.telemetry.Decision.Kind;
import io.weft.mesh.time.Ticker;

/**
 * Tells that an instance, or the gateway, refuses calls: of the first one at once, of further ones
 * how many they were, no more often than every {@link MeshLimits#SHED_TOLD_INTERVAL}. For one event
 * loop.
 */
public final class Sheds {
  private static final long INTERVAL_NANOS = MeshLimits.SHED_TOLD_INTERVAL.toNanos();

  private final Decision.Sink decisions;
  private final Ticker ticker;
  private final String subject;
  private long toldNanos;
  private long untold;

  /**
   * Begins with an instance that has refused nothing.
   *
   * @param subject what the decisions are about, such as the instance's id
   */
  public Sheds(Decision.Sink decisions, Ticker ticker, String subject) {
    this.decisions = decisions;
    this.ticker = ticker;
    this.subject = subject;
    toldNanos = ticker.nanos() - INTERVAL_NANOS;
  }

  /**
   * Takes note of a call that was refused.
   *
   * @param why what the caller was told
   */
  public void shed(String operation, String why) {
    untold++;
    long now = ticker.nanos();
    if (now - toldNanos < INTERVAL_NANOS) {
      return;
    }
    var more = untold == 1 ? "" : " (and " + (untold - 1) + " more calls since it was last told)";
    toldNanos = now;
    untold = 0;
    decisions.add(Kind.SHED, subject, operation + ": " + why + more);
  }
}
