package io.weft.mesh.telemetry;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * How often latencies of each magnitude were seen: log-linear buckets from under a microsecond to
 * over a hundred seconds.
 *
 * <p>Each power of two is cut into {@value #SUB_BUCKETS} buckets of equal width, so a value read
 * back differs from the one recorded by at most 1/32 (3.2 %) from a microsecond on; below, by at
 * most 32 ns. What lies above the range counts into the last bucket. The scheme is that of
 * HdrHistogram by G. Tene. Threads record into stripes of their own, chosen by thread, so that
 * event loops do not contend for a cache line; two threads that share a stripe lose nothing either.
 *
 * <p>For any number of threads. Readers see each record sooner or later, and never half of one
 * bucket's; the sum may be ahead of or behind the counts by records that are under way.
 */
public final class LatencyHistogram {
  /** Buckets within each power of two. */
  static final int SUB_BUCKETS = 16;

  /** The unit of the finest buckets, as a shift: 64 ns. */
  private static final int UNIT_SHIFT = 6;

  private static final int SUB_BITS = 4;

  /** Longer ones count as this, in units of the finest buckets: 137 s. */
  private static final long UNITS_MAX = (1L << 31) - 1;

  static final int BUCKETS = bucketOfUnits(UNITS_MAX) + 1;

  /** Where a stripe keeps the sum of its latencies, behind its buckets. */
  private static final int SUM = BUCKETS;

  /** More event loops than this share stripes. */
  private static final int STRIPES_MAX = 8;

  private static final int STRIPES =
      Integer.highestOneBit(
          Math.min(STRIPES_MAX, 2 * Runtime.getRuntime().availableProcessors() - 1));

  private final AtomicReferenceArray<@Nullable AtomicLongArray> stripes =
      new AtomicReferenceArray<>(STRIPES);

  /** Takes note of a latency; one below zero counts as zero. */
  public void record(long nanos) {
    long counted = Math.max(0, nanos);
    int index = (int) Thread.currentThread().getId() & (STRIPES - 1);
    var stripe = stripes.getOpaque(index);
    if (stripe == null) {
      stripe = stripe(index);
    }
    stripe.getAndIncrement(bucketOf(counted));
    stripe.getAndAdd(SUM, counted);
  }

  /** Returns whether nothing was ever recorded; then it takes next to no memory. */
  public boolean untouched() {
    for (int i = 0; i < STRIPES; i++) {
      if (stripes.get(i) != null) {
        return false;
      }
    }
    return true;
  }

  /**
   * Returns a number that another record makes another, to see cheaply whether there was one: a
   * latency adds to the sum, unless it is none, which adds to the first bucket.
   */
  long mark() {
    long mark = 0;
    for (int i = 0; i < STRIPES; i++) {
      var stripe = stripes.get(i);
      if (stripe != null) {
        mark += stripe.get(SUM) + stripe.get(0);
      }
    }
    return mark;
  }

  /** Returns all that has been recorded so far. */
  public Snapshot snapshot() {
    var counts = new long[BUCKETS];
    long sumNanos = 0;
    for (int i = 0; i < STRIPES; i++) {
      var stripe = stripes.get(i);
      if (stripe != null) {
        for (int bucket = 0; bucket < BUCKETS; bucket++) {
          counts[bucket] += stripe.get(bucket);
        }
        sumNanos += stripe.get(SUM);
      }
    }
    return new Snapshot(counts, sumNanos);
  }

  /**
   * Returns what was recorded since the last time, and takes note of it.
   *
   * @param seen what had been recorded by then, for each bucket, and their sum at the end
   */
  Distribution since(long[] seen) {
    var fresh = new long[BUCKETS];
    long freshNanos = 0;
    for (int bucket = 0; bucket <= BUCKETS; bucket++) {
      long now = 0;
      for (int i = 0; i < STRIPES; i++) {
        var stripe = stripes.get(i);
        now += stripe == null ? 0 : stripe.get(bucket);
      }
      if (bucket == SUM) {
        freshNanos = now - seen[SUM];
      } else {
        fresh[bucket] = now - seen[bucket];
      }
      seen[bucket] = now;
    }
    return Distribution.of(fresh, freshNanos);
  }

  /** Returns what {@link #since} needs to begin with. */
  static long[] nothingSeen() {
    return new long[BUCKETS + 1];
  }

  private AtomicLongArray stripe(int index) {
    var fresh = new AtomicLongArray(BUCKETS + 1);
    var found = stripes.compareAndExchange(index, null, fresh);
    return found == null ? fresh : found;
  }

  private static int bucketOf(long nanos) {
    return bucketOfUnits(Math.min(nanos >>> UNIT_SHIFT, UNITS_MAX));
  }

  private static int bucketOfUnits(long units) {
    int octave = Math.max(0, 63 - SUB_BITS - Long.numberOfLeadingZeros(units | 1));
    return (octave << SUB_BITS) + (int) (units >>> octave);
  }

  /** Returns the latency that those of one bucket are taken for. */
  static long middleNanos(int bucket) {
    return lowestNanos(bucket) + (lowestNanos(bucket + 1) - lowestNanos(bucket)) / 2;
  }

  private static long lowestNanos(int bucket) {
    int octave = Math.max(0, (bucket >> SUB_BITS) - 1);
    return (long) (bucket - (octave << SUB_BITS)) << (octave + UNIT_SHIFT);
  }

  /** What a histogram held at one moment, or what came into it between two. */
  public static final class Snapshot {
    /** Nothing was recorded. */
    public static final Snapshot EMPTY = new Snapshot(new long[BUCKETS], 0);

    private final long[] counts;
    private final long count;
    private final long sumNanos;

    private Snapshot(long[] counts, long sumNanos) {
      long total = 0;
      for (long each : counts) {
        total += each;
      }
      this.counts = counts;
      this.count = total;
      this.sumNanos = sumNanos;
    }

    /** Returns how many latencies were recorded. */
    public long count() {
      return count;
    }

    /** Returns the sum of the latencies, in nanoseconds. */
    public long sumNanos() {
      return sumNanos;
    }

    /** Returns what was recorded after an earlier snapshot of the same histogram. */
    public Snapshot since(Snapshot earlier) {
      var later = new long[BUCKETS];
      for (int bucket = 0; bucket < BUCKETS; bucket++) {
        later[bucket] = counts[bucket] - earlier.counts[bucket];
      }
      return new Snapshot(later, sumNanos - earlier.sumNanos);
    }

    /**
     * Returns the latency that a share of all latencies does not exceed, in nanoseconds; 0 when
     * there are none.
     *
     * @param quantile the share, 0 to 1: 0.99 is the 99th percentile, 1 the greatest
     */
    public long nanosAt(double quantile) {
      if (count == 0) {
        return 0;
      }
      long rank = Math.max(1, (long) Math.ceil(quantile * count));
      int bucket = 0;
      for (long seen = counts[0]; seen < rank && bucket < BUCKETS - 1; seen += counts[bucket]) {
        bucket++;
      }
      return middleNanos(bucket);
    }

    /** Returns the same without the buckets that are empty. */
    public Distribution distribution() {
      return Distribution.of(counts, sumNanos);
    }
  }
}
