package io.weft.mesh.balance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** What an endpoint is thought to cost. */
class PeakEwmaTest {
  private static final Duration DECAY = Duration.ofSeconds(1);
  private static final Duration FLOOR = Duration.ofMillis(1);

  @Test
  void latencyRisesAtOnceAndSinksWithTime() {
    var meter = new PeakEwma(DECAY, FLOOR, 0);
    meter.started();
    meter.finished(0, Duration.ofMillis(100).toNanos());
    double peak = meter.cost(0, 1);

    assertEquals((double) Duration.ofMillis(100).toNanos(), peak, 1);
    assertEquals(peak / Math.E, meter.cost(DECAY.toNanos(), 1), 1);
    assertEquals((double) FLOOR.toNanos(), meter.cost(DECAY.multipliedBy(100).toNanos(), 1), 1);
  }

  @Test
  void aQuickAnswerLowersAHighLatencyOnlyByItsShareOfTime() {
    var meter = new PeakEwma(DECAY, FLOOR, 0);
    meter.started();
    meter.finished(0, Duration.ofMillis(100).toNanos());
    meter.started();
    meter.finished(0, Duration.ofMillis(1).toNanos());

    assertEquals((double) Duration.ofMillis(100).toNanos(), meter.cost(0, 1), 1);
  }

  @Test
  void whatWaitsForAnAnswerMakesAnEndpointDearer() {
    var meter = new PeakEwma(DECAY, FLOOR, 0);
    double idle = meter.cost(0, 1);
    meter.started();
    meter.started();

    assertEquals(3 * idle, meter.cost(0, 1), 1e-6);
    assertEquals(2, meter.inFlight());
  }

  @Test
  void aRequestThatWasGivenUpNeverMakesAnEndpointLookQuicker() {
    var meter = new PeakEwma(DECAY, FLOOR, 0);
    meter.started();
    meter.finished(0, Duration.ofMillis(100).toNanos());
    meter.started();
    meter.givenUp(0, Duration.ofMillis(10).toNanos());
    assertEquals((double) Duration.ofMillis(100).toNanos(), meter.cost(0, 1), 1);

    meter.started();
    meter.givenUp(0, Duration.ofMillis(300).toNanos());
    assertEquals((double) Duration.ofMillis(300).toNanos(), meter.cost(0, 1), 1);
    assertEquals(0, meter.inFlight());
  }

  @Test
  void whatFailsAtOnceCostsMoreThanWhatAnswersSlowlyAndMoreEachTime() {
    var failing = new PeakEwma(DECAY, FLOOR, 0);
    var slow = new PeakEwma(DECAY, FLOOR, 0);
    slow.started();
    slow.finished(0, Duration.ofMillis(900).toNanos());
    double before = 0;
    for (int i = 0; i < 4; i++) {
      failing.started();
      failing.failed(0, 1_000, Duration.ofSeconds(1).toNanos());
      assertTrue(failing.cost(0, 1) > Math.max(slow.cost(0, 1), before * 1.9));
      before = failing.cost(0, 1);
    }
    failing.started();
    failing.finished(0, 1_000);
    assertEquals(before / 4, failing.cost(0, 1), before / 100);
    failing.forgive();
    assertEquals((double) FLOOR.toNanos(), failing.cost(0, 1), 1);
  }

  @Test
  void whatWaitsWeighsLessWhereThereIsMoreCapacity() {
    var meter = new PeakEwma(DECAY, FLOOR, 0);
    meter.started();
    meter.started();

    assertEquals(1.5 * FLOOR.toNanos(), meter.cost(0, 4), 1e-6);
    assertEquals(21.0 * FLOOR.toNanos(), meter.cost(0, 0.1), 1e-6);
  }

  /** The model always computes the exponential that the meter leaves out where it cannot matter. */
  @Property(tries = 500, seed = "11")
  void theShortcutsOfTheMeterChangeNoCost(
      @ForAll @Size(max = 50) List<@IntRange(max = 5_000_000) Integer> tookNanos,
      @ForAll @Size(min = 50, max = 50) List<@IntRange(max = 900_000_000) Integer> pausesNanos) {
    var meter = new PeakEwma(DECAY, FLOOR, 0);
    double latency = 0;
    long now = 0;
    for (int i = 0; i < tookNanos.size(); i++) {
      int took = tookNanos.get(i);
      meter.started();
      double kept = Math.exp(-pausesNanos.get(i) / (double) DECAY.toNanos());
      now += pausesNanos.get(i);
      meter.finished(now, took);
      latency = took > latency * kept ? took : latency * kept + took * (1 - kept);
      double later = Math.max((double) FLOOR.toNanos(), latency * Math.exp(-0.5));

      assertEquals(Math.max((double) FLOOR.toNanos(), latency), meter.cost(now, 1), 1e-3);
      assertEquals(later, meter.cost(now + DECAY.toNanos() / 2, 1), 1e-3);
    }
  }
}
