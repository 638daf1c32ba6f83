package io.weft.mesh.balance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.weft.mesh.Request;
import io.weft.mesh.policy.BalancePolicy.Algorithm;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** The ring of hashes with bounded loads. */
class HashRingTest {
  private static final int VALUES = 20_000;
  private static final double BOUND = 1.25;

  @Test
  void aValueGoesWhereItWentBefore() {
    var ring = ring(Fake.many(10));
    var request = Fake.keyed("10.0.0.7");
    var first = ring.pick(request, 0);

    for (int i = 0; i < 100; i++) {
      assertSame(first, ring.pick(request, 0));
    }
  }

  /** The order of candidates is an accident of the directory. */
  @Test
  void allClientsAgreeOnTheRing() {
    var fakes = Fake.many(20);
    var shuffled = new ArrayList<>(fakes);
    Collections.shuffle(shuffled, new Random(3));
    var one = ring(fakes);
    var other = ring(shuffled);

    for (int i = 0; i < VALUES; i++) {
      assertSame(one.pick(Fake.keyed("v" + i), 0), other.pick(Fake.keyed("v" + i), 0));
    }
  }

  @Property(tries = 40, seed = "8")
  void whenOneLeavesOnlyItsValuesMove(
      @ForAll @IntRange(min = 2, max = 60) int size, @ForAll @IntRange(max = 59) int leaver) {
    var fakes = Fake.many(size);
    var left = new ArrayList<>(fakes);
    var gone = left.remove(leaver % size);
    var before = ring(fakes);
    var after = ring(left);

    int moved = 0;
    for (int i = 0; i < 2_000; i++) {
      var request = Fake.keyed("v" + i);
      if (before.pick(request, 0) == gone) {
        moved++;
      } else {
        assertSame(before.pick(request, 0), after.pick(request, 0));
      }
    }
    assertEquals(2_000.0 / size, moved, 1_000.0 / size + 20, "about its share moves");
  }

  @Property(tries = 40, seed = "9")
  void valuesAreSpreadByWeight(
      @ForAll @Size(min = 1, max = 10) List<@IntRange(min = 1, max = 8) Integer> weights) {
    var fakes = Fake.weighing(weights);
    var ring = ring(fakes);
    var counts = new int[fakes.size()];
    for (int i = 0; i < VALUES; i++) {
      counts[ring.pick(Fake.keyed("v" + i), 0).number]++;
    }

    double sum = weights.stream().mapToInt(Integer::intValue).sum();
    for (int i = 0; i < counts.length; i++) {
      double expected = VALUES * weights.get(i) / sum;
      // A share made of 128 random points has a standard deviation of 9 %.
      assertEquals(expected, counts[i], expected * 0.45, weights + " at " + i);
    }
  }

  @Property(tries = 40, seed = "10")
  void noneHasMoreInFlightThanTheBoundAllows(
      @ForAll @Size(min = 1, max = 12) List<@IntRange(min = 1, max = 5) Integer> weights,
      @ForAll @IntRange(min = 1, max = 3) int values) {
    var fakes = Fake.weighing(weights);
    var ring = ring(fakes);
    double sum = weights.stream().mapToInt(Integer::intValue).sum();
    for (int sent = 1; sent <= 500; sent++) {
      var picked = ring.pick(Fake.keyed("hot" + sent % values), 0);
      picked.sent();
      double most = Math.ceil(BOUND * sent * picked.weight / sum);
      assertTrue(picked.inFlight <= most, picked.inFlight + " of " + sent + " in " + weights);
    }
  }

  @Test
  void whatIsEjectedOrWasTriedIsSteppedOverAndOnlyItsValuesMove() {
    var fakes = Fake.many(10);
    var ring = ring(fakes);
    var request = Fake.keyed("v");
    var owner = ring.pick(request, 0);

    request.trying(owner.id(), "site");
    var second = ring.pick(request, 0);
    assertNotEquals(owner, second);
    owner.ejected = true;
    assertSame(second, ring.pick(Fake.keyed("v"), 0), "the next one on the ring");
    owner.ejected = false;
    assertSame(owner, ring.pick(Fake.keyed("v"), 0));
  }

  @Test
  void whenNobodyIsWellSomebodyIsPickedAllTheSame() {
    var fakes = Fake.many(3);
    fakes.forEach(fake -> fake.ejected = true);

    assertTrue(fakes.contains(ring(fakes).pick(Fake.keyed("v"), 0)));
  }

  @Test
  void aRequestThatHasTriedAllThatAreWellIsNotSentToOneThatIsNot() {
    var fakes = Fake.many(3);
    fakes.get(0).ejected = true;
    Picker<Fake> inUse = (request, now) -> fakes.get(1);
    for (int i = 0; i < 20; i++) { // Whoever the value's own one is.
      var request = Fake.keyed("v" + i);
      request.trying(fakes.get(1).id(), "site");
      request.trying(fakes.get(2).id(), "site");

      assertSame(fakes.get(1), ring(fakes).otherwise(inUse).pick(request, 0));
    }
  }

  @Test
  void aRequestWithoutTheAttributeIsPickedOtherwise() {
    var fakes = Fake.many(3);
    Picker<Fake> last = (request, now) -> fakes.get(2);
    var ring = ring(fakes);
    Request without = Fake.request(Map.of("other", "x"));

    assertSame(fakes.get(2), ring.otherwise(last).pick(without, 0));
    assertSame(
        ring.pick(Fake.keyed("v"), 0), ring.otherwise(last).pick(Fake.keyed("v"), 0), "same ring");
  }

  @Test
  void aThousandEndpointsOfUnequalWeightFitOnTheRing() {
    var weights = new ArrayList<Integer>();
    for (int i = 0; i < 1_000; i++) {
      weights.add(i % 2 == 0 ? 1 : 10_000);
    }
    var fakes = Fake.weighing(weights);
    var ring = ring(fakes);
    int heavy = 0;
    for (int i = 0; i < VALUES; i++) {
      heavy += ring.pick(Fake.keyed("v" + i), 0).number % 2;
    }

    assertTrue(heavy > VALUES * 0.98, "heavy ones picked: " + heavy);
  }

  private static HashRing<Fake> ring(List<Fake> fakes) {
    return new HashRing<>(fakes, Fake.KEY, BOUND, Fake.picker(Algorithm.CONSISTENT_HASH, fakes));
  }
}
