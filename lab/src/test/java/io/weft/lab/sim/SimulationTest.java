package io.weft.lab.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The laws hold in two hundred worlds, and every world is a function of its seed. */
class SimulationTest {
  /** Worlds of each build. More: scripts/sim.sh --seeds N. */
  private static final int SEEDS = 50;

  /** In four parts, so that a failure names less and a report says how long each took. */
  @ParameterizedTest
  @ValueSource(longs = {1, 51, 101, 151})
  void noLawIsBrokenInAnyWorld(long first) {
    for (long seed = first; seed < first + SEEDS; seed++) {
      var result = Simulation.run(seed, new Parts());
      assertNull(
          result.violation(),
          String.join(System.lineSeparator(), result.lines())
              + System.lineSeparator()
              + "again: scripts/sim.sh --seed "
              + seed
              + " --verbose");
      assertTrue(result.calls() > 1_000, result.world() + ": " + result.calls() + " calls");
    }
  }

  @Test
  void theSameSeedTakesTheSameSteps() {
    var once = Simulation.run(7, new Parts());
    var again = Simulation.run(7, new Parts());

    assertEquals(once.hash(), again.hash());
    assertEquals(once.steps(), again.steps());
    assertNotEquals(once.hash(), Simulation.run(8, new Parts()).hash());
  }

  @Test
  void aViolationIsFoundAgainInTheSameStepOfTheSameSeed() {
    var once = Simulation.run(3, new Broken.Keys());
    var again = Simulation.run(3, new Broken.Keys());

    assertNotNull(once.violation());
    assertEquals(once.lines(), again.lines());
  }

  @Test
  void aViolationNamesTheSeedTheStepAndWhatHappenedLast() {
    var lines = Simulation.run(3, new Broken.Keys()).lines();

    var last = lines.get(lines.size() - 1);
    assertTrue(last.startsWith("seed 3  step "), last);
    assertTrue(lines.get(lines.size() - 2).startsWith("VIOLATION  "), lines::toString);
    assertTrue(lines.size() > 10, lines::toString);
  }
}
