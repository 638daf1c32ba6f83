package io.weft.lab.sim;

import io.weft.mesh.time.Ticker;
import io.weft.mesh.time.VirtualTime;
import io.weft.mesh.time.WallClock;
import java.time.Duration;
import java.time.Instant;

/**
 * The clocks of one host: a monotonic one that goes a little faster or slower than the others, and
 * a time of day that may jump.
 */
final class NodeClock implements Ticker, WallClock {
  private final VirtualTime time;
  private final double rate;
  private final long originNanos;
  private Duration wallOffset = Duration.ZERO;

  /**
   * Creates the clocks of a host.
   *
   * @param rate local seconds in one second of the world, close to 1
   * @param originNanos what the monotonic clock shows when the world begins
   */
  NodeClock(VirtualTime time, double rate, long originNanos) {
    this.time = time;
    this.rate = rate;
    this.originNanos = originNanos;
  }

  @Override
  public long nanos() {
    return originNanos + (long) (time.nanos() * rate);
  }

  @Override
  public Instant now() {
    return time.now().plus(wallOffset);
  }

  /** Lets the time of day jump. */
  void jump(Duration by) {
    wallOffset = wallOffset.plus(by);
  }

  /** Returns the first moment of the world at which this clock shows a reading or a later one. */
  long worldNanos(long localNanos) {
    long passed = localNanos - originNanos;
    long world = (long) Math.ceil(passed / rate);
    while ((long) (world * rate) < passed) {
      world++;
    }
    return world;
  }
}
