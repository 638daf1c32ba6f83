package io.weft.lab.sim;

import io.weft.mesh.time.Rng;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One world from its first call to its last: calm, faults, healing, calm, and the end.
 *
 * <p>The same seed takes the same steps.
 */
final class Simulation {
  private static final Duration POLL = Duration.ofMillis(100);

  /** How long the cluster may take to become one again. */
  private static final int POLLS_MAX = 300;

  private final long seed;
  private final World world;

  /**
   * What became of a world.
   *
   * @param seed what it grew from
   * @param world its size and habits, for people
   * @param steps how many steps it took
   * @param hash of everything that happened in it
   * @param calls how many calls were made
   * @param attempts how many attempts they took
   * @param failures how many of them failed
   * @param healingNanos how long after healing the last live endpoint was picked again
   * @param violation the law that was broken, or null
   * @param history what happened last
   */
  record Result(
      long seed,
      String world,
      long steps,
      long hash,
      long calls,
      long attempts,
      long failures,
      long healingNanos,
      @Nullable Violation violation,
      List<String> history) {

    /** Returns the result as a person reads it. */
    List<String> lines() {
      return Violation.lines(
          violation,
          history,
          String.format(
              "seed %d  step %,d  hash %016x  %,d calls, %,d attempts, %,d failed  (%s)",
              seed, steps, hash, calls, attempts, failures, world));
    }
  }

  private Simulation(long seed, World world) {
    this.seed = seed;
    this.world = world;
  }

  /** Runs the world of a seed. */
  static Result run(long seed, Parts parts) {
    return run(seed, parts, null);
  }

  /** Runs the world of a seed, and tells somebody of each event as it happens. */
  static Result run(long seed, Parts parts, @Nullable Consumer<String> reader) {
    return new Simulation(seed, new World(seed, Settings.drawn(Rng.seeded(seed)), parts, reader))
        .run();
  }

  private Result run() {
    Violation violation = null;
    try {
      live();
    } catch (Violation broken) {
      violation = broken;
    }
    var laws = world.laws();
    return new Result(
        seed,
        world.settings().toString(),
        world.steps(),
        world.log().hash(),
        laws.calls(),
        laws.attempts(),
        laws.failures(),
        laws.healingNanos(),
        violation,
        world.log().history());
  }

  private void live() {
    world.begin();
    world.pass(SimLimits.WARM_UP);
    world.faults().begin();
    world.pass(SimLimits.FAULTS);
    world.faults().end();
    world.log("heal", "all", "", 0);
    for (int polls = 0; !world.cluster().whole(); polls++) {
      if (polls == POLLS_MAX) {
        throw new Violation(HealingLaw.KNOWN, "the cluster does not become one");
      }
      world.pass(POLL);
    }
    world.log("healed", "all", "", 0);
    world.laws().healed();
    world.pass(SimLimits.HEALED_WITHIN.plus(POLL));
    world.workload().end();
    world.pass(SimLimits.QUIET);
    world.laws().atEnd();
    world.obey();
  }
}
