package io.weft.mesh.client;

import java.util.Arrays;

/**
 * How long the latest attempts at an operation took: the last {@value #KEPT} of them.
 *
 * <p>They are put in order anew when as many as {@value #REFRESH} have come, so that asking for a
 * percentile costs next to nothing. For one event loop.
 */
final class Latencies {
  static final int KEPT = 128;
  static final int REFRESH = 32;
  static final long UNKNOWN = -1;

  private final long[] latest = new long[KEPT];
  private long[] sorted = new long[0];
  private int count;

  /** Takes note of one that took so long. */
  void record(long nanos) {
    latest[count % KEPT] = nanos;
    count++;
    if (count % REFRESH == 0) {
      sorted = Arrays.copyOf(latest, Math.min(count, KEPT));
      Arrays.sort(sorted);
    }
    if (count == 2 * KEPT) {
      count = KEPT; // It is full all the same, and never counts too far.
    }
  }

  /**
   * Returns the latency that a share of the latest do not exceed, in nanoseconds; {@link #UNKNOWN}
   * before {@value #REFRESH} are known.
   *
   * @param quantile the share, over 0 to 1
   */
  long nanosAt(double quantile) {
    if (sorted.length == 0) {
      return UNKNOWN;
    }
    int rank = (int) Math.ceil(quantile * sorted.length);
    return sorted[Math.max(1, Math.min(rank, sorted.length)) - 1];
  }
}
