package io.weft.mesh.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.weft.mesh.time.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** How many further attempts a client may make. */
class RetryBudgetTest {
  private static final double RATIO = 0.2;
  private static final double RESERVE = 10;
  private static final Duration WINDOW = Duration.ofSeconds(1);

  private final VirtualTime time = new VirtualTime(1);
  private final RetryBudget budget = new RetryBudget(WINDOW, time.nanos());

  @Test
  void aFreshBudgetHoldsOneSecondOfReserve() {
    assertEquals(10, withdrawAll());
  }

  @Test
  void fiveAnswersEarnOneFurtherAttempt() {
    withdrawAll();
    for (int i = 0; i < 4; i++) {
      earn();
    }
    assertFalse(withdraw());
    earn();
    assertTrue(withdraw());
    assertFalse(withdraw());
  }

  @Test
  void theReserveComesBackWithTimeButNoMoreThanThatOfOneSecond() {
    withdrawAll();
    time.advance(Duration.ofMillis(500));
    assertEquals(5, withdrawAll());
    time.advance(Duration.ofHours(1));
    assertEquals(10, withdrawAll());
  }

  @Test
  void aReserveOfLessThanOnePerSecondIsSavedUpToOne() {
    assertFalse(budget.withdraw(0.5, time.nanos()));
    time.advance(Duration.ofSeconds(1));
    assertTrue(budget.withdraw(0.5, time.nanos()));
    time.advance(Duration.ofHours(1));
    assertTrue(budget.withdraw(0.5, time.nanos()));
    assertFalse(budget.withdraw(0.5, time.nanos()));
  }

  @Test
  void whatWasEarnedIsLostWhenItIsNotUsedWithinTheWindow() {
    for (int i = 0; i < 500; i++) {
      earn();
    }
    time.advance(WINDOW);
    assertEquals(10, withdrawAll());
  }

  @Test
  void aChangeOfRatioAndReserveCountsFromTheNextUseOn() {
    assertFalse(budget.withdraw(0, time.nanos()));
    budget.earn(1, time.nanos());
    assertTrue(budget.withdraw(0, time.nanos()));
    time.advance(Duration.ofSeconds(1));
    assertTrue(budget.withdraw(100, time.nanos()));
  }

  /** What happens at one moment: so many answers, and as many wishes to try again. */
  record Moment(int afterMillis, int answered, int wanted) {}

  @Provide
  Arbitrary<List<Moment>> lives() {
    var millis = Arbitraries.integers().between(0, 700);
    var answered = Arbitraries.oneOf(counts(0, 3), counts(50, 400));
    var wanted = Arbitraries.oneOf(counts(0, 3), counts(0, 500));
    return Combinators.combine(millis, answered, wanted)
        .as(Moment::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(60);
  }

  private static Arbitrary<Integer> counts(int from, int to) {
    return Arbitraries.integers().between(from, to);
  }

  @Property(tries = 300, seed = "7")
  void noStretchOfTimeEverHasMoreThanItsAnswersAndTheReserveAllow(
      @ForAll("lives") List<Moment> life) {
    var clock = new VirtualTime(1);
    var all = new RetryBudget(WINDOW, clock.nanos());
    var atNanos = new ArrayList<Long>();
    var granted = new ArrayList<Integer>();
    for (var moment : life) {
      clock.advance(Duration.ofMillis(moment.afterMillis()));
      for (int i = 0; i < moment.answered(); i++) {
        all.earn(RATIO, clock.nanos());
      }
      int count = 0;
      for (int i = 0; i < moment.wanted(); i++) {
        count += all.withdraw(RESERVE, clock.nanos()) ? 1 : 0;
      }
      atNanos.add(clock.nanos());
      granted.add(count);
    }
    for (int from = 0; from < life.size(); from++) {
      int attempts = 0;
      for (int to = from; to < life.size(); to++) {
        attempts += granted.get(to);
        double seconds = (atNanos.get(to) - atNanos.get(from)) / 1e9;
        double allowed =
            RATIO * answered(life, atNanos, atNanos.get(from) - WINDOW.toNanos(), to)
                + RESERVE * seconds
                + RESERVE;
        assertTrue(attempts <= allowed + 1e-6, attempts + " of " + allowed + " in " + life);
      }
    }
  }

  private static int answered(List<Moment> life, List<Long> atNanos, long sinceNanos, int to) {
    int answered = 0;
    for (int i = 0; i <= to; i++) {
      answered += atNanos.get(i) >= sinceNanos ? life.get(i).answered() : 0;
    }
    return answered;
  }

  private void earn() {
    budget.earn(RATIO, time.nanos());
  }

  private boolean withdraw() {
    return budget.withdraw(RESERVE, time.nanos());
  }

  private int withdrawAll() {
    int count = 0;
    while (withdraw()) {
      count++;
    }
    return count;
  }
}
