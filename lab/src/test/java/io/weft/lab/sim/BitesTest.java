package io.weft.lab.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Every law finds the fault that it is for. */
class BitesTest {
  /** Worlds in which a fault may stay hidden before the law counts as blind. */
  private static final int WORLDS = 40;

  @Test
  void anAnswerThatIsCompletedTwiceIsFound() {
    assertFinds(World.NOTHING_THROWN, Broken.Promises::new);
  }

  @Test
  void aCallerThatIsToldTwiceIsFound() {
    assertFinds(CompletionLaw.ONCE, Broken.Echoes::new);
  }

  @Test
  void aTransportThatKeepsNoDeadlineIsFound() {
    assertFinds(CompletionLaw.IN_TIME, Broken.Patience::new);
  }

  @Test
  void aFailureThatIsNoneOfTheFiveIsFound() {
    assertFinds(CompletionLaw.TYPED, Broken.Failures::new);
  }

  @Test
  void anAnswerThatIsLostIsFoundByTheCountOfWhatIsInFlight() {
    assertFinds(CounterLaw.NAME, Broken.Leak::new);
  }

  @Test
  void aHandlerThatNeverEndsIsFoundByTheCountOfWhatRuns() {
    assertFinds(CounterLaw.NAME, Broken.Hang::new);
  }

  @Test
  void aBudgetThatNeverRefusesIsFound() {
    assertFinds(BudgetLaw.NAME, Broken.Budget::new);
  }

  @Test
  void aBalancerThatIgnoresLeasesIsFound() {
    assertFinds(PickLaw.NAME, Broken.Memory::new);
  }

  @Test
  void aBalancerThatLeavesNobodyOutIsFound() {
    assertFinds(EjectionLaw.NAME, Broken.Leniency::new);
  }

  @Test
  void anEndpointThatIsNeverPickedAgainIsFound() {
    assertFinds(HealingLaw.PICKED, Broken.Grudge::new);
  }

  @Test
  void anEndpointThatIsBelievedForEverIsFound() {
    assertFinds(HealingLaw.KNOWN, Broken.Ghost::new);
  }

  @Test
  void aHandlerThatRunsAfterItsDeadlineIsFound() {
    assertFinds(HandlerLaw.IN_TIME, Broken.Gate::new);
  }

  @Test
  void aCommandThatIsRepeatedWithAnotherKeyIsFound() {
    assertFinds(HandlerLaw.SAME_KEY, Broken.Keys::new);
  }

  @Test
  void aFailureThatLiesIsFound() {
    assertFinds(HandlerLaw.TRUE, Broken.Lies::new);
  }

  private static void assertFinds(String law, Supplier<Parts> broken) {
    for (long seed = 1; seed <= WORLDS; seed++) {
      var violation = Simulation.run(seed, broken.get()).violation();
      if (violation != null) {
        assertEquals(law, violation.law(), violation.getMessage());
        return;
      }
    }
    fail("no violation in " + WORLDS + " worlds (expected: of \"" + law + "\")");
  }
}
