package io.weft.mesh.balance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.weft.mesh.policy.BalancePolicy.Algorithm;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** The choice between endpoints: seed, size and tolerance are the specification. */
class PickerTest {
  private static final int PICKS = 100_000;

  /** All cost the same here, and nothing is in flight: then weight alone decides. */
  @Property(tries = 60, seed = "4")
  void picksAreProportionalToWeightsWhereNothingElseDiffers(
      @ForAll Algorithm algorithm,
      @ForAll @Size(min = 1, max = 12) List<@IntRange(min = 1, max = 100) Integer> weights) {
    var fakes = Fake.weighing(weights);
    int picks = 20_000;
    var counts = Fake.picks(Fake.picker(algorithm, fakes), fakes.size(), picks);
    double sum = weights.stream().mapToInt(Integer::intValue).sum();

    for (int i = 0; i < counts.length; i++) {
      double expected = picks * weights.get(i) / sum;
      double deviations = 5 * Math.sqrt(expected) + 5 + picks * 0.005; // Rounds are rounded.
      assertEquals(expected, counts[i], deviations, algorithm + " " + weights + " at " + i);
    }
  }

  @Test
  void amongAThousandEachIsPickedAsOftenAsAnyOther() {
    for (var algorithm : Algorithm.values()) {
      var fakes = Fake.many(1_000);
      // A hundred picks each, give or take five standard deviations.
      for (int count : Fake.picks(Fake.picker(algorithm, fakes), 1_000, PICKS)) {
        assertEquals(PICKS / 1_000.0, count, 50, algorithm.name());
      }
    }
  }

  @Test
  void oneCandidateIsPickedWhateverTheAlgorithm() {
    for (var algorithm : Algorithm.values()) {
      var only = Fake.many(1);
      assertSame(
          only.get(0),
          Fake.picker(algorithm, only).pick(Fake.request(Map.of()), 0),
          "" + algorithm);
    }
  }

  @Test
  void theDearestIsPickedSeldomButNeverStarved() {
    var fakes = Fake.many(4);
    fakes.get(3).cost = 1e12;
    var counts = Fake.picks(Fake.picker(Algorithm.PEAK_EWMA, fakes), 4, PICKS);

    assertEquals(PICKS / 4.0 / 64, counts[3], PICKS * 0.002);
  }

  @Test
  void theTwoThatAreComparedAreNeverTheSame() {
    var fakes = Fake.many(2);
    fakes.get(1).cost = 1e12;
    var counts = Fake.picks(Fake.picker(Algorithm.PEAK_EWMA, fakes), 2, PICKS);

    assertEquals(PICKS / 2.0 / 64, counts[1], PICKS * 0.002);
  }

  @Test
  void aHeavyCandidateThatIsDearIsAvoidedToo() {
    var fakes = Fake.weighing(List.of(3, 1, 1, 1));
    fakes.get(0).cost = 1e12;
    var counts = Fake.picks(Fake.picker(Algorithm.PEAK_EWMA, fakes), 4, PICKS);

    assertTrue(counts[0] < PICKS / 128.0 + PICKS * 0.005, "picked " + counts[0] + " times");
  }

  @Test
  void leastRequestsLooksAtWhatIsInFlightForTheWeight() {
    var fakes = Fake.weighing(List.of(4, 1));
    fakes.get(0).inFlight = 3;
    fakes.get(1).inFlight = 1;
    fakes.get(0).cost = 1e12;
    var counts = Fake.picks(Fake.picker(Algorithm.LEAST_REQUESTS, fakes), 2, PICKS);
    assertTrue(counts[0] > PICKS * 0.95, "3 of 4 is less than 1 of 1: " + counts[0]);

    fakes.get(0).inFlight = 5;
    counts = Fake.picks(Fake.picker(Algorithm.LEAST_REQUESTS, fakes), 2, PICKS);
    assertTrue(counts[1] > PICKS * 0.9, "1 of 1 is less than 5 of 4: " + counts[1]);
  }

  @Test
  void requestsInFlightEvenOutByWeight() {
    var fakes = Fake.weighing(List.of(4, 2, 1, 1));
    var picker = Fake.picker(Algorithm.LEAST_REQUESTS, fakes);
    for (int i = 0; i < 800; i++) {
      picker.pick(Fake.request(Map.of()), 0).sent();
    }
    for (var fake : fakes) {
      assertEquals(100.0 * fake.weight, fake.inFlight, 30, "weight " + fake.weight);
    }
  }

  @Test
  void aRoundHoldsEachAsOftenAsItWeighsAndSpreadsItsTurns() {
    var fakes = Fake.weighing(List.of(10, 5, 5));
    var picker = Fake.picker(Algorithm.ROUND_ROBIN, fakes);
    var turns = new ArrayList<Integer>();
    for (int i = 0; i < 20; i++) { // The divisor of the weights is 5, so this is five rounds.
      turns.add(picker.pick(Fake.request(Map.of()), 0).number);
    }

    assertEquals(10, turns.stream().filter(turn -> turn == 0).count());
    assertEquals(5, turns.stream().filter(turn -> turn == 1).count());
    for (int i = 0; i + 2 < turns.size(); i++) {
      assertTrue(turns.subList(i, i + 3).stream().distinct().count() > 1, "in a row: " + turns);
    }
  }

  @Test
  void weightsThatWouldMakeALongRoundAreRounded() {
    var fakes = Fake.weighing(List.of(10_007, 1));
    var counts = Fake.picks(Fake.picker(Algorithm.ROUND_ROBIN, fakes), 2, 65_000);

    assertEquals(1_000, counts[1]);
  }

  @Test
  void aColdCandidateGetsThePartOfItsShareThatItIsWarm() {
    for (var algorithm : List.of(Algorithm.PEAK_EWMA, Algorithm.ROUND_ROBIN, Algorithm.RANDOM)) {
      var fakes = Fake.many(4);
      fakes.get(2).warmth = 0.2;
      var counts = Fake.picks(Fake.picker(algorithm, fakes), 4, PICKS);

      assertEquals(PICKS * 0.2 / 3.2, counts[2], PICKS * 0.01, algorithm.name());
    }
  }

  @Test
  void whereAllAreColdTheyShareEqually() {
    var fakes = Fake.many(3);
    fakes.forEach(fake -> fake.warmth = 0.1);
    for (int count : Fake.picks(Fake.picker(Algorithm.PEAK_EWMA, fakes), 3, PICKS)) {
      assertEquals(PICKS / 3.0, count, PICKS * 0.01);
    }
  }
}
