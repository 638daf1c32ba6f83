package io.weft.mesh.breaker;

import static io.vertx.circuitbreaker.CircuitBreakerState.CLOSED;
import static io.vertx.circuitbreaker.CircuitBreakerState.HALF_OPEN;
import static io.vertx.circuitbreaker.CircuitBreakerState.OPEN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.circuitbreaker.CircuitBreakerState;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.discovery.Endpoint;
import io.weft.mesh.policy.BreakerPolicy;
import io.weft.mesh.time.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The life of a breaker, by a clock moved by hand. */
class BreakerTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final VirtualTime time = new VirtualTime(7);
  private final List<String> told = new ArrayList<>();
  private final Ejections ejections = new Ejections();
  private BreakerPolicy policy = BreakerPolicy.DEFAULT;
  private final Breaker breaker =
      new Breaker(
          endpoint(0), ejections, (e, from, to, why) -> told.add(from + " " + to), time.nanos());

  BreakerTest() {
    ejections.endpoints(4);
  }

  @Test
  void failuresInARowOpenIt() {
    fail(MeshLimits.BREAKER_CONSECUTIVE_FAILURES - 1);
    assertState(CLOSED, false);
    fail(1);
    assertState(OPEN, true);
    assertEquals(List.of("CLOSED OPEN"), told);
  }

  @Test
  void aSuccessInBetweenBreaksTheRow() {
    for (int i = 0; i < 3; i++) {
      fail(MeshLimits.BREAKER_CONSECUTIVE_FAILURES - 1);
      answer(MeshLimits.BREAKER_CONSECUTIVE_FAILURES);
    }
    assertState(CLOSED, false);
  }

  /** The library's breaker stays closed here: each success makes it forget. */
  @Test
  void fourFailuresOfEveryFiveOpenIt() {
    for (int i = 0; i < 5 && breaker.state() == CLOSED; i++) {
      fail(4);
      answer(1);
    }
    assertState(OPEN, true);
  }

  @Test
  void noShareCountsBelowTheLeastVolume() {
    for (int i = 0; i < MeshLimits.BREAKER_VOLUME_MIN / 2 - 1; i++) {
      answer(1);
      fail(1);
    }
    assertState(CLOSED, false);
    answer(1);
    fail(1);
    assertState(OPEN, true);
  }

  @Test
  void whatIsOlderThanTheWindowDoesNotCount() {
    for (int i = 0; i < MeshLimits.BREAKER_VOLUME_MIN / 2 - 1; i++) {
      answer(1);
      fail(1);
    }
    time.advance(MeshLimits.BREAKER_WINDOW);
    answer(1);
    fail(1);
    assertState(CLOSED, false);
  }

  @Test
  void aShareOfSlowAnswersOpensItIfThePolicySaysWhatIsSlow() {
    for (int i = 0; i < MeshLimits.BREAKER_VOLUME_MIN; i++) {
      answer(1, SECOND);
    }
    assertState(CLOSED, false);

    policy = slow(Duration.ofMillis(300));
    for (int i = 0; i < MeshLimits.BREAKER_VOLUME_MIN; i++) {
      answer(1, Duration.ofMillis(301));
    }
    assertState(OPEN, true);
  }

  @Test
  void anEndpointThatIsWellAgainIsBackAfterAFewGoodProbesHoweverLongItWasToStayAway() {
    for (int i = 0; i < 6; i++) { // To 160 s.
      open();
      comeBackInTime();
    }
    open();
    time.advance(MeshLimits.PROBE_INTERVAL);
    for (int i = 1; i < MeshLimits.PROBES_EARLY; i++) {
      probe(true);
      assertState(HALF_OPEN, true);
    }
    probe(true);
    assertState(CLOSED, false);
    assertEquals("HALF_OPEN CLOSED", told.get(told.size() - 1));
  }

  @Test
  void afterItsTimeASingleGoodProbeIsEnough() {
    open();
    comeBackInTime();
    open();
    time.advance(MeshLimits.EJECTION);
    probe(true);
    assertState(HALF_OPEN, true);
    time.advance(MeshLimits.EJECTION);
    probe(true);
    assertState(CLOSED, false);
  }

  @Test
  void aFailedProbeBeginsTheRowAnew() {
    open();
    time.advance(MeshLimits.PROBE_INTERVAL);
    for (int i = 1; i < MeshLimits.PROBES_EARLY; i++) {
      probe(true);
    }
    probe(false);
    assertState(OPEN, true);
    assertFalse(due(), "not at once");
    time.advance(MeshLimits.PROBE_INTERVAL);
    probe(true);
    assertState(HALF_OPEN, true);
  }

  @Test
  void probesBeginOneAfterTheOther() {
    open();
    assertFalse(due());
    time.advance(MeshLimits.PROBE_INTERVAL);
    assertTrue(due());
    breaker.probing(time.nanos());
    assertFalse(due(), "one is on its way");
  }

  @Test
  void aProbeThatIsNeverAnsweredDoesNotKeepTheNextOneFromBeingSent() {
    open();
    for (int i = 0; i < 100; i++) {
      time.advance(MeshLimits.PROBE_INTERVAL);
      assertTrue(due());
      breaker.probing(time.nanos());
    }
    time.advance(MeshLimits.PROBE_INTERVAL);
    probe(true);
    assertState(CLOSED, false);
  }

  @Test
  void whatBeganBeforeItOpenedSaysNothingNew() {
    long before = time.nanos();
    time.advance(SECOND);
    open();
    time.advance(MeshLimits.EJECTION);
    breaker.answered(policy, before, time.nanos());
    assertState(OPEN, true);
    breaker.failed(policy, before, time.nanos(), "late");
    assertTrue(due(), "a late failure does not put the probe off");
  }

  @Test
  void ejectionsDoubleFromTheShortestToTheLongest() {
    var lengths = new ArrayList<Long>();
    for (int i = 0; i < 9; i++) {
      open();
      lengths.add(breaker.ejection().toSeconds());
      comeBackInTime();
    }
    assertEquals(List.of(5L, 10L, 20L, 40L, 80L, 160L, 300L, 300L, 300L), lengths);
  }

  @Test
  void aProbeThatFailsAfterItsTimeDoublesItToo() {
    open();
    time.advance(MeshLimits.EJECTION);
    probe(false);
    assertEquals(MeshLimits.EJECTION.multipliedBy(2), breaker.ejection());
  }

  @Test
  void healthShrinksTheNextEjectionOneStepForEachTimeOfThatLength() {
    for (int i = 0; i < 4; i++) { // To 40 s.
      open();
      comeBackInTime();
    }
    time.advance(Duration.ofSeconds(41 + 21));
    open();
    assertEquals(
        Duration.ofSeconds(20), breaker.ejection(), "40 s shrank to 10 s, and that doubled");
    comeBackInTime();
    time.advance(Duration.ofMinutes(10));
    open();
    assertEquals(MeshLimits.EJECTION, breaker.ejection(), "as if for the first time");
  }

  @Test
  void afterItClosedItJudgesAnew() {
    open();
    comeBackInTime();
    fail(MeshLimits.BREAKER_CONSECUTIVE_FAILURES - 1);
    assertState(CLOSED, false);
  }

  @Test
  void whileTooManyAreIllCallsAreItsProbes() {
    ejections.endpoints(1);
    fail(MeshLimits.BREAKER_CONSECUTIVE_FAILURES);
    assertState(OPEN, false);
    time.advance(SECOND);
    answer(MeshLimits.PROBES_EARLY);
    assertState(CLOSED, false);
  }

  private void open() {
    fail(MeshLimits.BREAKER_CONSECUTIVE_FAILURES);
    assertState(OPEN, true);
  }

  private void comeBackInTime() {
    time.advance(MeshLimits.EJECTION_MAX);
    probe(true);
    assertState(CLOSED, false);
  }

  private boolean due() {
    return breaker.probeOverdueNanos(time.nanos()) >= 0;
  }

  private void probe(boolean good) {
    breaker.probing(time.nanos());
    assertEquals(HALF_OPEN, breaker.state());
    if (good) {
      answer(1);
    } else {
      fail(1);
    }
  }

  private void answer(int times) {
    answer(times, Duration.ofMillis(1));
  }

  private void answer(int times, Duration took) {
    for (int i = 0; i < times; i++) {
      long start = time.nanos();
      time.advance(took);
      breaker.answered(policy, start, time.nanos());
    }
  }

  private void fail(int times) {
    for (int i = 0; i < times; i++) {
      long start = time.nanos();
      time.advance(Duration.ofMillis(1));
      breaker.failed(policy, start, time.nanos(), "broken");
    }
  }

  private void assertState(CircuitBreakerState state, boolean ejected) {
    assertEquals(state, breaker.state());
    assertEquals(ejected, breaker.ejected());
  }

  private static BreakerPolicy slow(Duration limit) {
    var d = BreakerPolicy.DEFAULT;
    return new BreakerPolicy(
        d.consecutiveFailures(),
        d.errorRate(),
        limit,
        d.slowRate(),
        d.volumeMin(),
        d.window(),
        d.ejection(),
        d.ejectionMax(),
        d.ejectedShareMax());
  }

  static Endpoint endpoint(int number) {
    return new Endpoint(
        "e" + number,
        "node-" + number,
        "1",
        "users-1",
        "users",
        "site",
        "zone",
        0,
        "1",
        1,
        List.of("users.get"));
  }
}
