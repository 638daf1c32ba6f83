package io.weft.mesh.server;

import io.weft.mesh.policy.AdmissionPolicy.RateLimit;

/**
 * A token bucket, kept as one number: the time at which it will be full again.
 *
 * <p>The generic cell rate algorithm, ITU-T recommendation I.371 (2004), annex A, virtual
 * scheduling. For one thread at a time.
 */
public final class TokenBucket {
  private static final double NANOS_PER_SECOND = 1e9;

  private final double intervalNanos;
  private final double burstNanos;
  private final long originNanos;
  private double fullAtNanos;

  /** Creates a bucket that is full. */
  public TokenBucket(RateLimit rate, long nowNanos) {
    intervalNanos = NANOS_PER_SECOND / rate.perSecond();
    burstNanos = intervalNanos * (rate.burst() - 1);
    originNanos = nowNanos;
  }

  /**
   * Takes a token.
   *
   * @return 0 when there was one; otherwise none was taken, and it says in how many nanoseconds
   *     there will be one
   */
  public long take(long nowNanos) {
    double now = nowNanos - originNanos;
    double early = fullAtNanos - now - burstNanos;
    if (early > 0) {
      return (long) Math.ceil(early);
    }
    fullAtNanos = Math.max(fullAtNanos, now) + intervalNanos;
    return 0;
  }

  boolean full(long nowNanos) {
    return fullAtNanos <= nowNanos - originNanos;
  }
}
