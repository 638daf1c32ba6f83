package io.weft.mesh.balance;

import io.weft.mesh.MeshLimits;
import java.time.Duration;

/**
 * The cost of sending one more request to an endpoint: its latency, as a moving average that rises
 * at once to every peak and sinks slowly, times the requests that wait for an answer.
 *
 * <p>The average sinks with time, also while nothing is sent, so that an endpoint which was slow
 * once is tried again. After "peak EWMA" in Finagle's load balancers.
 *
 * <p>An endpoint that fails at once would look quick. So each failure adds a penalty, at first of
 * what the caller says and twice as much with each further one in a row; it sinks with time, more
 * slowly than latency does, and with each answer. For one event loop.
 */
public final class PeakEwma {
  private static final double PENALTY_DECAY_NANOS = MeshLimits.FAILURE_DECAY.toNanos();
  private static final double PENALTY_MAX_NANOS = MeshLimits.FAILURE_COUNTS_AS_MAX.toNanos();
  private static final double ANSWER_LEAVES = 0.25;
  private static final int DOUBLINGS_MAX = 10;

  private final double decayNanos;
  private final double floorNanos;
  private long stampNanos;
  private double latencyNanos;
  private int inFlight;
  private long penaltyStampNanos;
  private double penaltyNanos;
  private int failuresInRow;

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
   * @param tookNanos how long the caller waited
   */
  public void finished(long nowNanos, long tookNanos) {
    inFlight--;
    latencyNanos = averaged(nowNanos, tookNanos);
    stampNanos = nowNanos;
    if (penaltyNanos > 0) {
      punish(nowNanos, penalty(nowNanos) * ANSWER_LEAVES);
      failuresInRow = 0;
    }
  }

  /**
   * Takes note of a request that failed.
   *
   * @param tookNanos how long the caller waited
   * @param countsAsNanos the latency that the first failure in a row counts as
   */
  public void failed(long nowNanos, long tookNanos, long countsAsNanos) {
    givenUp(nowNanos, tookNanos);
    double more = (double) countsAsNanos * (1 << Math.min(failuresInRow, DOUBLINGS_MAX));
    failuresInRow++;
    punish(nowNanos, Math.min(PENALTY_MAX_NANOS, Math.max(penalty(nowNanos), more)));
  }

  /** Forgets all failures: the endpoint has shown that it is well. */
  public void forgive() {
    penaltyNanos = 0;
    failuresInRow = 0;
  }

  private void punish(long nowNanos, double nanos) {
    penaltyNanos = nanos < floorNanos ? 0 : nanos;
    penaltyStampNanos = nowNanos;
  }

  private double penalty(long nowNanos) {
    return penaltyNanos == 0
        ? 0
        : penaltyNanos * Math.exp((penaltyStampNanos - nowNanos) / PENALTY_DECAY_NANOS);
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

  /** Takes note of a request that nobody waits for any more: it would have taken longer still. */
  public void givenUp(long nowNanos, long tookNanos) {
    inFlight--;
    if (tookNanos > latencyNanos * kept(nowNanos)) {
      latencyNanos = tookNanos;
      stampNanos = nowNanos;
    }
  }

  /** Returns how many requests wait for an answer. */
  public int inFlight() {
    return inFlight;
  }

  /**
   * Returns the cost of one more request: nanoseconds of latency, times the requests that would
   * wait for each unit of capacity; comparable between endpoints.
   *
   * @param capacity how many times the requests of others count as one here, over 0
   */
  public double cost(long nowNanos, double capacity) {
    double latency =
        latencyNanos <= floorNanos
            ? floorNanos
            : Math.max(floorNanos, latencyNanos * kept(nowNanos));
    return (latency + penalty(nowNanos)) * (inFlight / capacity + 1);
  }

  private double kept(long nowNanos) {
    long passedNanos = nowNanos - stampNanos;
    return passedNanos <= 0 ? 1 : Math.exp(-passedNanos / decayNanos);
  }
}
