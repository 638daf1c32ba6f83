package io.weft.mesh.telemetry;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/**
 * How latencies were distributed: the buckets of a {@link LatencyHistogram} that are not empty.
 *
 * <p>It is what nodes tell each other, because it can be added up: percentiles of all are found in
 * the sum, never by averaging those of each. Immutable.
 */
public final class Distribution {
  /** No latencies. */
  public static final Distribution EMPTY = new Distribution(new int[0], new long[0], 0);

  private final int[] buckets;
  private final long[] counts;
  private final long count;
  private final long sumNanos;

  private Distribution(int[] buckets, long[] counts, long sumNanos) {
    this.buckets = buckets;
    this.counts = counts;
    this.sumNanos = sumNanos;
    count = Arrays.stream(counts).sum();
  }

  /**
   * Returns what lies in the buckets of a histogram.
   *
   * @param dense a count for each bucket, of which most are 0
   */
  static Distribution of(long[] dense, long sumNanos) {
    int filled = 0;
    for (long each : dense) {
      filled += each > 0 ? 1 : 0;
    }
    var buckets = new int[filled];
    var counts = new long[filled];
    int next = 0;
    for (int bucket = 0; bucket < dense.length; bucket++) {
      if (dense[bucket] > 0) {
        buckets[next] = bucket;
        counts[next++] = dense[bucket];
      }
    }
    return filled == 0 ? EMPTY : new Distribution(buckets, counts, sumNanos);
  }

  /** Returns all latencies of several distributions as one. */
  public static Distribution sum(Collection<Distribution> parts) {
    if (parts.size() == 1) {
      return parts.iterator().next();
    }
    var dense = new long[LatencyHistogram.BUCKETS];
    long sumNanos = 0;
    for (var part : parts) {
      for (int i = 0; i < part.buckets.length; i++) {
        dense[part.buckets[i]] += part.counts[i];
      }
      sumNanos += part.sumNanos;
    }
    return of(dense, sumNanos);
  }

  /** Returns the latencies of this distribution and another. */
  public Distribution plus(Distribution other) {
    if (other.count == 0) {
      return this;
    }
    return count == 0 ? other : sum(List.of(this, other));
  }

  /** Returns how many latencies there are. */
  public long count() {
    return count;
  }

  /** Returns how long they are together, in nanoseconds. */
  public long sumNanos() {
    return sumNanos;
  }

  /**
   * Returns the latency that a share of all latencies does not exceed, in nanoseconds, within 3.2
   * %; 0 when there are none.
   *
   * @param quantile the share, 0 to 1: 0.99 is the 99th percentile, 1 the greatest
   */
  public long nanosAt(double quantile) {
    if (count == 0) {
      return 0;
    }
    long rank = Math.max(1, (long) Math.ceil(quantile * count));
    int at = 0;
    for (long seen = counts[0]; seen < rank && at < counts.length - 1; seen += counts[at]) {
      at++;
    }
    return LatencyHistogram.middleNanos(buckets[at]);
  }

  /**
   * Returns how many latencies lie within each of several bounds, and within no lesser one; those
   * above all bounds come last. A bucket that a bound cuts counts as a whole, where its middle is.
   *
   * @param boundsNanos the bounds, rising
   */
  public long[] within(long[] boundsNanos) {
    var within = new long[boundsNanos.length + 1];
    int bound = 0;
    for (int i = 0; i < buckets.length; i++) {
      long nanos = LatencyHistogram.middleNanos(buckets[i]);
      while (bound < boundsNanos.length && nanos > boundsNanos[bound]) {
        bound++;
      }
      within[bound] += counts[i];
    }
    return within;
  }

  /**
   * Returns this as numbers that travel: the sum in nanoseconds, then the number and the count of
   * each bucket that is not empty, by rising number.
   */
  public List<Long> encoded() {
    var numbers = new ArrayList<Long>(1 + 2 * buckets.length);
    numbers.add(sumNanos);
    for (int i = 0; i < buckets.length; i++) {
      numbers.add((long) buckets[i]);
      numbers.add(counts[i]);
    }
    return numbers;
  }

  /**
   * Reads what {@link #encoded} returned.
   *
   * @throws IllegalArgumentException if it is not that
   */
  public static Distribution decoded(List<Long> numbers) {
    if (numbers.size() % 2 == 0 || numbers.size() > 1 + 2 * LatencyHistogram.BUCKETS) {
      throw new IllegalArgumentException(
          numbers.size() + " numbers (expected: a sum, and two for each bucket)");
    }
    var buckets = new int[numbers.size() / 2];
    var counts = new long[buckets.length];
    long before = -1;
    for (int i = 0; i < buckets.length; i++) {
      long bucket = numbers.get(1 + 2 * i);
      counts[i] = numbers.get(2 + 2 * i);
      if (bucket <= before || bucket >= LatencyHistogram.BUCKETS || counts[i] < 1) {
        throw new IllegalArgumentException(
            counts[i] + " in bucket " + bucket + " (expected: rising buckets that are not empty)");
      }
      buckets[i] = (int) bucket;
      before = bucket;
    }
    return new Distribution(buckets, counts, numbers.get(0));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Distribution that
        && sumNanos == that.sumNanos
        && Arrays.equals(buckets, that.buckets)
        && Arrays.equals(counts, that.counts);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * Arrays.hashCode(buckets) + Arrays.hashCode(counts)) + Long.hashCode(sumNanos);
  }

  @Override
  public String toString() {
    return count + " latencies of " + sumNanos + " ns together";
  }
}
