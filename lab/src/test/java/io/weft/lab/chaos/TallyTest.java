package io.weft.lab.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.weft.mesh.MeshFailure.NotSent;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is counted of calls, by when they were meant to begin. */
class TallyTest {
  private static final long WINDOW = ChaosLimits.WINDOW.toNanos();
  private static final long MILLI = Duration.ofMillis(1).toNanos();

  private final Tally tally = new Tally(0);

  @Test
  void latencyCountsFromTheIntendedStart() {
    tally.ended(0, 40 * MILLI, null);

    assertEquals(40, tally.p99Millis(0, WINDOW), 1);
  }

  @Test
  void aCallBelongsToTheWindowInWhichItWasMeantToBegin() {
    tally.ended(0, 3 * WINDOW, null);
    tally.ended(WINDOW, WINDOW + MILLI, null);

    assertEquals(1, tally.ok(0, WINDOW));
    assertEquals(1, tally.ok(WINDOW, 2 * WINDOW));
    assertEquals(0, tally.ok(2 * WINDOW, 4 * WINDOW));
    assertEquals(2, tally.ok());
  }

  @Test
  void aDisturbanceLastsUntilTheEndOfTheLastWindowAboveTheLimit() {
    for (int window = 0; window < 8; window++) {
      boolean slow = window == 3 || window == 5;
      tally.ended(window * WINDOW, window * WINDOW + (slow ? 100 : 1) * MILLI, null);
    }

    assertEquals(3 * WINDOW / MILLI, tally.disturbedMillis(3 * WINDOW, 8 * WINDOW, 50));
    assertEquals(0, tally.disturbedMillis(6 * WINDOW, 8 * WINDOW, 50));
  }

  @Test
  void failuresAreCountedByKindAndThoseWithoutOneApart() {
    tally.ended(0, 1, new NotSent("no"));
    tally.ended(0, 1, new IllegalStateException("no"));
    tally.ended(WINDOW, WINDOW, new NotSent("no"));

    assertEquals(Map.of("NotSent", 2L, Tally.UNTYPED, 1L), tally.failures());
    assertEquals("{NotSent=2, untyped=1}, the last ones: {NotSent=no, untyped=no}", tally.told());
    assertEquals(3, tally.failed());
    assertEquals(1, tally.untyped());
    assertEquals(0, tally.ok());
  }

  @Test
  void nothingWasMeasuredOutsideOfTheLoad() {
    tally.ended(0, MILLI, null);

    assertEquals(0, tally.ok(5 * WINDOW, 6 * WINDOW));
    assertEquals(0, tally.p99Millis(5 * WINDOW, 6 * WINDOW));
  }
}
