package io.weft.mesh.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.weft.mesh.time.VirtualTime;
import java.time.Duration;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** How many retries a client may make. */
class RetryBudgetTest {
  private final VirtualTime time = new VirtualTime(1);
  private final RetryBudget budget = new RetryBudget(time, 0.2, 10, Duration.ofSeconds(10));

  @Test
  void aFreshBudgetHoldsOneSecondOfReserve() {
    assertEquals(10, withdrawAll());
  }

  @Test
  void fiveCallsEarnOneRetry() {
    withdrawAll();
    for (int i = 0; i < 4; i++) {
      budget.deposit();
    }
    assertFalse(budget.withdraw());
    budget.deposit();
    assertTrue(budget.withdraw());
    assertFalse(budget.withdraw());
  }

  @Test
  void theReserveComesBackWithTimeUpToTheWindow() {
    withdrawAll();
    time.advance(Duration.ofSeconds(1));
    assertEquals(10, withdrawAll());
    time.advance(Duration.ofHours(1));
    assertEquals(100, withdrawAll());
  }

  @Property(tries = 100, seed = "7")
  void whateverFailsRetriesStayWithinRatioAndReserve(
      @ForAll @IntRange(min = 1, max = 500) int callsPerSecond,
      @ForAll @IntRange(min = 1, max = 60) int seconds) {
    var clock = new VirtualTime(1);
    var all = new RetryBudget(clock, 0.2, 10, Duration.ofSeconds(10));
    int retries = 0;
    for (int call = 0; call < callsPerSecond * seconds; call++) {
      all.deposit();
      while (all.withdraw()) {
        retries++;
      }
      clock.advance(Duration.ofSeconds(1).dividedBy(callsPerSecond));
    }
    assertTrue(retries <= 0.2 * callsPerSecond * seconds + 10.0 * (seconds + 1) + 1);
  }

  private int withdrawAll() {
    int count = 0;
    while (budget.withdraw()) {
      count++;
    }
    return count;
  }
}
