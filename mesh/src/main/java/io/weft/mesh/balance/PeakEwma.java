package io.weft.mesh.balance;

import java.time.Duration;

/**
 * The cost of sending one more request to an endpoint: its latency, as a moving average that rises
 * at once to every peak and sinks slowly, times the requests that wait for an answer.
 *
 * <p>The average sinks with time, also while nothing is sent, so that an endpoint which was slow
 * once is tried again. After "peak EWMA" in Finagle's load balancers. For one event loop.
 */
public final class PeakEwma {
  private final double decayNanos;
  private final double floorNanos;
  private long stampNanos;
  private double latencyNanos;
  private int inFlight;

  /**
   * Creates the meter of an endpoint of which nothing is known yet.
   *
   * @param decay the time in which a measured latency loses its weight to 1/e
   * @param floor what lower latencies count as
   */
  public PeakEwma(Duration decay, Duration floor, long nowNanos) {
    floorNanos = floor.toNanos();
    decayNanos = decay.toNanos();
    stampNanos = nowNanos;
  }

  /** Takes note of a request that was sent. */
  public void started() {
    inFlight++;
  }

  /**
   * Takes note of a request that was answered.
   *
   * @param tookNanos how long the caller waited; for a failure, how long it is to count
   */
  public void finished(long nowNanos, long tookNanos) {
    inFlight--;
    latencyNanos = averaged(nowNanos, tookNanos);
    stampNanos = nowNanos;
  }

  /**
   * The exponential is left out where it cannot matter: under a peak, and between latencies that
   * all count as the floor, which is where most calls on a fast network lie.
   */
  private double averaged(long nowNanos, long tookNanos) {
    if (tookNanos >= latencyNanos || latencyNanos <= floorNanos) {
      return tookNanos;
    }
    double kept = kept(nowNanos);
    double faded = latencyNanos * kept;
    return tookNanos > faded ? tookNanos : faded + tookNanos * (1 - kept);
  }

  /** Returns how many requests wait for an answer. */
  public int inFlight() {
    return inFlight;
  }

  /** Returns the cost of one more request; comparable between endpoints, without a unit. */
  public double cost(long nowNanos) {
    double latency =
        latencyNanos <= floorNanos
            ? floorNanos
            : Math.max(floorNanos, latencyNanos * kept(nowNanos));
    return latency * (inFlight + 1);
  }

  private double kept(long nowNanos) {
    long passedNanos = nowNanos - stampNanos;
    return passedNanos <= 0 ? 1 : Math.exp(-passedNanos / decayNanos);
  }
}
