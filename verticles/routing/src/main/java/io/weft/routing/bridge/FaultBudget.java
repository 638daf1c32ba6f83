package io.weft.routing.bridge;

import io.weft.mesh.time.Ticker;
import io.weft.routing.RoutingLimits;

/**
 * How many faulty messages one client may still send: {@link RoutingLimits#BRIDGE_FAULTS_MAX} at
 * once, and one more per {@link RoutingLimits#BRIDGE_FAULT_FORGIVEN}.
 */
final class FaultBudget {
  private static final long FORGIVEN_NANOS = RoutingLimits.BRIDGE_FAULT_FORGIVEN.toNanos();

  private final Ticker ticker;
  private long left = RoutingLimits.BRIDGE_FAULTS_MAX;
  private long countedNanos;

  FaultBudget(Ticker ticker) {
    this.ticker = ticker;
    this.countedNanos = ticker.nanos();
  }

  /** Counts a faulty message; returns false when that was one too many. */
  boolean spend() {
    long forgiven = (ticker.nanos() - countedNanos) / FORGIVEN_NANOS;
    countedNanos += forgiven * FORGIVEN_NANOS;
    left = Math.min(RoutingLimits.BRIDGE_FAULTS_MAX, left + forgiven) - 1;
    return left >= 0;
  }
}
