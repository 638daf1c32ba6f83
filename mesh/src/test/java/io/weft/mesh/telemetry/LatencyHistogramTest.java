package io.weft.mesh.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** What a histogram keeps of what was recorded. */
class LatencyHistogramTest {
  private static final long MAX_NANOS = 100_000_000_000L;

  private final LatencyHistogram histogram = new LatencyHistogram();

  @Test
  void anEmptyHistogramHasNoLatencies() {
    assertEquals(0, histogram.snapshot().count());
    assertEquals(0, histogram.snapshot().nanosAt(0.99));
  }

  @Property(tries = 500, seed = "3")
  void everyQuantileIsWithinFivePercentOfTheRecordedOne(
      @ForAll @Size(min = 1, max = 100) List<@LongRange(min = 1_000, max = MAX_NANOS) Long> recorded) {
    var tested = new LatencyHistogram();
    recorded.forEach(tested::record);
    var sorted = new ArrayList<>(recorded);
    Collections.sort(sorted);

    for (double quantile : new double[] {0.01, 0.5, 0.9, 0.99, 1}) {
      long expected = sorted.get((int) Math.max(1, Math.ceil(quantile * sorted.size())) - 1);
      assertEquals(
          (double) expected, (double) tested.snapshot().nanosAt(quantile), expected * 0.05);
    }
    assertEquals(recorded.size(), tested.snapshot().count());
    assertEquals(recorded.stream().mapToLong(l -> l).sum(), tested.snapshot().sumNanos());
  }

  @Test
  void whatLiesOutsideOfTheRangeCountsAtItsEnds() {
    histogram.record(-5);
    assertEquals(0, histogram.snapshot().sumNanos());
    assertTrue(histogram.snapshot().nanosAt(1) < 64);

    histogram.record(Duration.ofHours(1).toNanos());
    assertEquals(2, histogram.snapshot().count());
    assertTrue(histogram.snapshot().nanosAt(1) > MAX_NANOS);
  }

  @Test
  void aDifferenceHoldsOnlyWhatCameBetween() {
    histogram.record(1_000_000);
    var before = histogram.snapshot();
    histogram.record(5_000);
    histogram.record(5_000);

    var between = histogram.snapshot().since(before);
    assertEquals(2, between.count());
    assertEquals(10_000, between.sumNanos());
    assertEquals(5_000.0, (double) between.nanosAt(1), 250);
  }

  /** More threads than stripes record at once: an increment that is not atomic loses some. */
  @Test
  void noRecordIsLostWhenManyThreadsRecordAtOnce() throws InterruptedException {
    int threads = 12;
    int each = 50_000;
    var start = new CountDownLatch(1);
    var running = new ArrayList<Thread>();
    for (int i = 0; i < threads; i++) {
      var thread = new Thread(() -> record(start, each));
      thread.start();
      running.add(thread);
    }
    start.countDown();
    for (var thread : running) {
      thread.join();
    }

    assertEquals((long) threads * each, histogram.snapshot().count());
    assertEquals((long) threads * each * 2_000, histogram.snapshot().sumNanos());
  }

  private void record(CountDownLatch start, int times) {
    try {
      start.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    for (int i = 0; i < times; i++) {
      histogram.record(2_000);
    }
  }
}
