package io.weft.routing.bridge;

import io.weft.mesh.time.Ticker;
import java.time.Duration;

/** How often something may still be done: so many times at once, and once more per interval. */
final class Allowance {
  private final Ticker ticker;
  private final long most;
  private final long eachNanos;
  private long left;
  private long countedNanos;

  /**
   * Creates an allowance of which nothing is spent.
   *
   * @param most how often at once, at least 1
   * @param each after how long once more
   */
  Allowance(Ticker ticker, long most, Duration each) {
    this.ticker = ticker;
    this.most = most;
    this.eachNanos = each.toNanos();
    this.left = most;
    this.countedNanos = ticker.nanos();
  }

  /** Does it once; returns false when that was once too often, which costs nothing. */
  boolean spend() {
    long earned = (ticker.nanos() - countedNanos) / eachNanos;
    countedNanos += earned * eachNanos;
    left = Math.min(most, left + earned);
    if (left == 0) {
      return false;
    }
    left--;
    return true;
  }
}
