package io.weft.mesh.telemetry;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** What nodes tell each other of latencies. */
class DistributionTest {
  private static final long MAX_NANOS = 100_000_000_000L;

  @Property(tries = 200, seed = "5")
  void theSumOfPartsTellsWhatOneHistogramOfAllWouldTell(
      @ForAll @Size(max = 50) List<@LongRange(max = MAX_NANOS) Long> one,
      @ForAll @Size(max = 50) List<@LongRange(max = MAX_NANOS) Long> other) {
    var all = new LatencyHistogram();
    one.forEach(all::record);
    other.forEach(all::record);

    var sum = of(one).plus(of(other));

    assertEquals(all.snapshot().distribution(), sum);
    for (double quantile : new double[] {0, 0.5, 0.99, 1}) {
      assertEquals(all.snapshot().nanosAt(quantile), sum.nanosAt(quantile));
    }
  }

  @Property(tries = 200, seed = "5")
  void whatTravelsArrives(@ForAll @Size(max = 50) List<@LongRange(max = MAX_NANOS) Long> some) {
    assertEquals(of(some), Distribution.decoded(of(some).encoded()));
  }

  @Test
  void whatWasNeverEncodedIsNotDecoded() {
    for (var wrong :
        List.of(
            List.<Long>of(),
            List.of(1L, 2L),
            List.of(1L, 5L, 1L, 5L, 1L),
            List.of(1L, 5L, 0L),
            List.of(1L, -1L, 1L),
            List.of(1L, (long) LatencyHistogram.BUCKETS, 1L),
            List.of(1L, 1L << 40, 1L))) {
      assertThrows(IllegalArgumentException.class, () -> Distribution.decoded(wrong));
    }
  }

  @Test
  void latenciesAreCountedByTheLeastBoundThatHoldsThem() {
    var some = of(List.of(500_000L, 900_000L, 3_000_000L, 40_000_000L));

    assertArrayEquals(new long[] {2, 1, 1}, some.within(new long[] {1_000_000, 10_000_000}));
    assertArrayEquals(new long[] {0, 0, 0}, of(List.of()).within(new long[] {1, 2}));
  }

  private static Distribution of(List<Long> latencies) {
    var histogram = new LatencyHistogram();
    latencies.forEach(histogram::record);
    return histogram.snapshot().distribution();
  }
}
