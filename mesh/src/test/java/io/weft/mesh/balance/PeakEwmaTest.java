package io.weft.mesh.balance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.weft.mesh.time.Rng;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
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
    var only = new Numbered(7, Double.NaN);
    assertSame(only, new PowerOfTwo(Rng.seeded(1)).pick(List.of(only), 0));
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

  @Test
  void theTwoThatAreComparedAreNeverTheSame() {
    var counts = picks(new double[] {1, 1_000_000});

    assertEquals(PICKS / 2.0 / 64, counts[1], PICKS * 0.002);
  }

  @Test
  void amongAThousandEachIsPickedAsOftenAsAnyOther() {
    var costs = new double[1_000];
    Arrays.fill(costs, 1);
    var counts = picks(costs);

    // A hundred picks each, give or take five standard deviations.
    for (int count : counts) {
      assertEquals(PICKS / 1_000.0, count, 50);
    }
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

      assertEquals(Math.max((double) FLOOR.toNanos(), latency), meter.cost(now), 1e-3);
      assertEquals(later, meter.cost(now + DECAY.toNanos() / 2), 1e-3);
    }
  }

  private static int[] picks(double[] costs) {
    var picker = new PowerOfTwo(Rng.seeded(42));
    var counts = new int[costs.length];
    var candidates = new ArrayList<Numbered>();
    for (int i = 0; i < costs.length; i++) {
      candidates.add(new Numbered(i, costs[i]));
    }
    for (int i = 0; i < PICKS; i++) {
      counts[picker.pick(candidates, 0).number()]++;
    }
    return counts;
  }

  private record Numbered(int number, double price) implements PowerOfTwo.Candidate {
    @Override
    public double cost(long nowNanos) {
      return price;
    }
  }
}
