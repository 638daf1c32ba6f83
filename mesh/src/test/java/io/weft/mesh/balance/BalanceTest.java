package io.weft.mesh.balance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.weft.mesh.time.Rng;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The choice between endpoints: seed, size and tolerance are the specification. */
class BalanceTest {
  private static final Duration DECAY = Duration.ofSeconds(1);
  private static final Duration FLOOR = Duration.ofMillis(1);
  private static final int PICKS = 100_000;

  @Test
  void equalCandidatesArePickedEquallyOften() {
    var counts = picks(new double[] {1, 1, 1, 1});

    for (int count : counts) {
      assertEquals(PICKS / 4.0, count, PICKS * 0.01);
    }
  }

  @Test
  void theDearestIsPickedSeldomButNeverStarved() {
    var counts = picks(new double[] {1, 1, 1, 1_000_000});

    assertTrue(counts[3] > 0, "starved");
    assertEquals(PICKS / 4.0 / 64, counts[3], PICKS * 0.002);
  }

  @Test
  void oneCandidateIsPickedWithoutADraw() {
    assertEquals(
        "only", new PowerOfTwo(Rng.seeded(1)).pick(List.of("only"), candidate -> Double.NaN));
  }

  @Test
  void latencyRisesAtOnceAndSinksWithTime() {
    var meter = new PeakEwma(DECAY, FLOOR, 0);
    meter.started();
    meter.finished(0, Duration.ofMillis(100).toNanos());
    double peak = meter.cost(0);

    assertEquals((double) Duration.ofMillis(100).toNanos(), peak, 1);
    assertEquals(peak / Math.E, meter.cost(DECAY.toNanos()), 1);
    assertEquals((double) FLOOR.toNanos(), meter.cost(DECAY.multipliedBy(100).toNanos()), 1);
  }

  @Test
  void aQuickAnswerLowersAHighLatencyOnlyByItsShareOfTime() {
    var meter = new PeakEwma(DECAY, FLOOR, 0);
    meter.started();
    meter.finished(0, Duration.ofMillis(100).toNanos());
    meter.started();
    meter.finished(0, Duration.ofMillis(1).toNanos());

    assertEquals((double) Duration.ofMillis(100).toNanos(), meter.cost(0), 1);
  }

  @Test
  void whatWaitsForAnAnswerMakesAnEndpointDearer() {
    var meter = new PeakEwma(DECAY, FLOOR, 0);
    double idle = meter.cost(0);
    meter.started();
    meter.started();

    assertEquals(3 * idle, meter.cost(0), 1e-6);
    assertEquals(2, meter.inFlight());
  }

  private static int[] picks(double[] costs) {
    var picker = new PowerOfTwo(Rng.seeded(42));
    var counts = new int[costs.length];
    var candidates = java.util.stream.IntStream.range(0, costs.length).boxed().toList();
    for (int i = 0; i < PICKS; i++) {
      counts[picker.pick(candidates, candidate -> costs[candidate])]++;
    }
    return counts;
  }
}
