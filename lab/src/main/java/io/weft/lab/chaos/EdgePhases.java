package io.weft.lab.chaos;

import io.weft.mesh.time.Ticker;

/**
 * Whether an edge is linked or cut off for certain, by what was done to it: not while it is
 * becoming one or the other, and not beside nodes that start or have just started. From any thread.
 */
final class EdgePhases {
  /** How an edge is. */
  enum Phase {
    LINKED,
    CUT_OFF,
    /** Neither for certain, or disturbed by nodes that start. */
    BETWEEN
  }

  private final Ticker ticker;
  private volatile boolean cut;
  private volatile boolean disturbed;
  private volatile long healedNanos;
  private volatile long calmNanos;

  /** Creates those of an edge that was just linked, by nodes that have just started. */
  EdgePhases(Ticker ticker) {
    this.ticker = ticker;
    healedNanos = ticker.nanos();
    calmNanos = healedNanos;
  }

  /** Says that the link is cut from now on. */
  void cut() {
    cut = true;
  }

  /** Says that the link is not cut any more. */
  void healed() {
    healedNanos = ticker.nanos();
    cut = false;
  }

  /** Says that nodes start on this machine, or that all have started. */
  void disturbed(boolean now) {
    if (disturbed && !now) {
      calmNanos = ticker.nanos();
    }
    disturbed = now;
  }

  /** Returns how the edge is. */
  Phase now() {
    long nowNanos = ticker.nanos();
    if (disturbed || nowNanos - calmNanos < ChaosLimits.SITE_STARTED_AFTER.toNanos()) {
      return Phase.BETWEEN;
    }
    if (cut) {
      return Phase.CUT_OFF;
    }
    return nowNanos - healedNanos < ChaosLimits.SITE_LINKED_AFTER.toNanos()
        ? Phase.BETWEEN
        : Phase.LINKED;
  }
}
