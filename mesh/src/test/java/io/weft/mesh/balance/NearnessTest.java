package io.weft.mesh.balance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.weft.mesh.policy.BalancePolicy;
import io.weft.mesh.policy.BalancePolicy.Algorithm;
import io.weft.mesh.time.Rng;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Near ones first. */
class NearnessTest {
  private static final int PICKS = 10_000;
  private static final double MILLISECOND = 1_000_000;

  private final List<Fake> fakes = Fake.many(6);
  private final Picker<Fake> picker =
      Nearness.of(
          Fake.by(Algorithm.PEAK_EWMA),
          List.of(fakes.subList(0, 2), fakes.subList(2, 4), fakes.subList(4, 6)),
          Rng.seeded(1),
          0);

  @Test
  void theNearestGetEverythingAsLongAsTheyAreNotMuchDearer() {
    costs(3.9, 1, 1);

    assertEquals(PICKS, near());
  }

  @Test
  void theNextOnesTakeOverWhenTheNearOnesAreMuchDearer() {
    costs(4.1, 1, 1);
    var counts = Fake.picks(picker, 6, PICKS);

    assertEquals(PICKS, counts[2] + counts[3], "the next ring, and not the one behind it");
  }

  @Test
  void theFarthestTakeOverWhenTheRingBeforeThemIsLoadedToo() {
    costs(100, 90, 1);
    var counts = Fake.picks(picker, 6, PICKS);

    assertEquals(PICKS, counts[4] + counts[5]);
  }

  @Test
  void oneLoadedNearOneDoesNotSendTheCallsOfTheOtherAway() {
    costs(1, 1, 1);
    fakes.get(0).cost = 100 * MILLISECOND;

    assertTrue(near() > PICKS * 0.98, "near ones get " + near());
  }

  private int near() {
    var counts = Fake.picks(picker, 6, PICKS);
    return counts[0] + counts[1];
  }

  private void costs(double... millis) {
    assertEquals(4, BalancePolicy.DEFAULT.spillOver());
    for (var fake : fakes) {
      fake.cost = millis[fake.number / 2] * MILLISECOND;
    }
  }
}
