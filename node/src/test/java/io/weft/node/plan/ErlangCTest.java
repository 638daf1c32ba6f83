package io.weft.node.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Scale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The queue M/M/c: known values, a simulation of it, and what holds for all of them. */
class ErlangCTest {
  @ParameterizedTest
  @CsvSource({
    "0.5, 1, 0.5", // With one server a call waits as often as it is busy.
    "1, 2, 0.333333",
    "2, 3, 0.444444",
    "8, 10, 0.409180",
    "0, 4, 0",
  })
  void callsWaitAsOftenAsTheTablesSay(double erlang, int servers, double waits) {
    assertEquals(waits, new ErlangC(erlang, 1, servers).waits(), 1e-5);
  }

  @ParameterizedTest
  @CsvSource({"0.1", "0.5", "0.9", "0.99"})
  void withOneServerTheResponseTimeIsExponential(double use) {
    var queue = new ErlangC(use / 0.02, 0.02, 1);
    double rate = (1 - use) / 0.02;
    assertEquals(1 / rate, queue.meanResponseSeconds(), 1e-9 / rate);
    for (double quantile : new double[] {0, 0.5, 0.99, 0.9999}) {
      double expected = -Math.log(1 - quantile) / rate;
      assertEquals(expected, queue.responseSeconds(quantile), 1e-7 * (expected + 1e-9));
    }
  }

  @Test
  void whereWaitAndServiceAreEquallyFastTheLimitOfTheFormulaIsTaken() {
    // Two servers, one of them idle on average: both rates are the same, and cancel each other.
    double at = new ErlangC(1, 1, 2).responseSeconds(0.99);
    double beside = new ErlangC(1 + 1e-5, 1, 2).responseSeconds(0.99);
    assertEquals(at, beside, 1e-3);
    assertEquals(0.01, new ErlangC(1, 1, 2).longerThan(at), 1e-9);
  }

  @Test
  void thousandsOfServersOverflowNothing() {
    var queue = new ErlangC(99_000, 1, 100_000);
    assertTrue(queue.waits() > 0 && queue.waits() < 0.01, "" + queue.waits());
    assertEquals(-Math.log(0.01), queue.responseSeconds(0.99), 1e-3);
  }

  @Test
  void aQueueThatGrowsForEverNeverAnswers() {
    for (int servers : new int[] {3, 4}) {
      var queue = new ErlangC(4, 1, servers);
      assertFalse(queue.stable());
      assertEquals(1, queue.waits());
      assertEquals(Double.POSITIVE_INFINITY, queue.meanWaitSeconds());
      assertEquals(Double.POSITIVE_INFINITY, queue.waitSeconds(0.5));
      assertEquals(Double.POSITIVE_INFINITY, queue.responseSeconds(0.5));
      assertEquals(1, queue.longerThan(1_000));
    }
  }

  @Test
  void whatMakesNoQueueIsRefusedWithWhatWasExpected() {
    assertThrows(IllegalArgumentException.class, () -> new ErlangC(-1, 1, 1));
    assertThrows(IllegalArgumentException.class, () -> new ErlangC(Double.NaN, 1, 1));
    assertThrows(IllegalArgumentException.class, () -> new ErlangC(1, 0, 1));
    assertThrows(IllegalArgumentException.class, () -> new ErlangC(1, 1, 0));
    var failure =
        assertThrows(IllegalArgumentException.class, () -> new ErlangC(1, 1, 2).responseSeconds(1));
    assertEquals("quantile: 1.0 (expected: at least 0 and below 1)", failure.getMessage());
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 0.5", "2, 3, 0.8", "3, 8, 0.7", "4, 8, 0.9", "5, 32, 0.9"})
  void aSimulatedQueueComesToTheSame(long seed, int servers, double use) {
    double serviceSeconds = 0.02;
    double perSecond = use * servers / serviceSeconds;
    var simulated = SimulatedQueue.run(seed, perSecond, serviceSeconds, servers, 1_000_000);
    var queue = new ErlangC(perSecond, serviceSeconds, servers);
    assertEquals(1, simulated.waited() / queue.waits(), 0.05);
    assertEquals(1, simulated.meanSeconds() / queue.meanResponseSeconds(), 0.05);
    for (double quantile : new double[] {0.5, 0.9, 0.99}) {
      double expected = queue.responseSeconds(quantile);
      assertEquals(1, simulated.secondsAt(quantile) / expected, 0.06, "p" + 100 * quantile);
    }
  }

  @Property(tries = 500, seed = "7")
  void moreServersNeverAnswerLaterAndMoreCallsNeverSooner(
      @ForAll @DoubleRange(min = 0, max = 1_000) @Scale(4) double perSecond,
      @ForAll @DoubleRange(min = 0.0001, max = 1) @Scale(4) double serviceSeconds,
      @ForAll @IntRange(min = 1, max = 300) int servers,
      @ForAll @DoubleRange(min = 0, max = 0.9999) @Scale(4) double quantile) {
    var queue = new ErlangC(perSecond, serviceSeconds, servers);
    double seconds = queue.responseSeconds(quantile);
    double more = new ErlangC(perSecond, serviceSeconds, servers + 1).responseSeconds(quantile);
    double busier = new ErlangC(perSecond * 1.1, serviceSeconds, servers).responseSeconds(quantile);
    assertTrue(more <= seconds * (1 + 1e-9), more + " > " + seconds);
    assertTrue(busier >= seconds * (1 - 1e-9), busier + " < " + seconds);
    assertTrue(queue.waits() >= 0 && queue.waits() <= 1, "" + queue.waits());
    assertTrue(seconds >= queue.waitSeconds(quantile));
  }

  @Property(tries = 500, seed = "8")
  void aPercentileIsWhereTheTailIsAsLongAsItSays(
      @ForAll @DoubleRange(min = 0, max = 0.999) @Scale(4) double use,
      @ForAll @IntRange(min = 1, max = 200) int servers,
      @ForAll @DoubleRange(min = 0, max = 0.9999) @Scale(4) double quantile) {
    var queue = new ErlangC(use * servers, 1, servers);
    assertEquals(1 - quantile, queue.longerThan(queue.responseSeconds(quantile)), 1e-9);
  }
}
