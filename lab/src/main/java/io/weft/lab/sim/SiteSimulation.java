package io.weft.lab.sim;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A world of a hub and its sites from the first order to the last one settled.
 *
 * <p>The same seed takes the same steps.
 */
final class SiteSimulation {
  private static final int SITES = 3;
  private static final int USERS = 5;
  private static final Duration LIFE = Duration.ofSeconds(60);
  private static final Duration POLL = Duration.ofSeconds(1);
  private static final Duration WEEK = Duration.ofDays(7);
  private static final int WEEK_USERS = 100;
  private static final int WEEK_ORDERS = 10_000;

  /** Orders are at most a tenth of the limit: a few of them need all that a site holds. */
  private static final int ORDER_PART = 10;

  /** Two hundred orders of a user come to most of the limit. */
  private static final int WEEK_ORDER_PART = 150;

  /** Polls within which all is to be settled: what is broken is mended in a few seconds. */
  private static final int POLLS_MAX = 600;

  private SiteSimulation() {}

  /**
   * What became of a world of sites.
   *
   * @param seed what it grew from
   * @param steps how many steps it took
   * @param hash of everything that happened in it
   * @param journaled orders that sites have taken while they were cut off
   * @param promised how many of them were confirmed at once
   * @param accepted how many of them sites heard to be confirmed at the hub
   * @param rejected how many they heard to be rejected
   * @param lost how many were lost with a database whose backup was older
   * @param drainNanos from healing to the last one settled
   * @param violation the law that was broken, or null
   * @param history what happened last
   */
  record Result(
      long seed,
      long steps,
      long hash,
      long journaled,
      long promised,
      long accepted,
      long rejected,
      long lost,
      long drainNanos,
      @Nullable Violation violation,
      List<String> history) {

    /** Returns the result as a person reads it. */
    List<String> lines() {
      return Violation.lines(
          violation,
          history,
          String.format(
              "seed %d  step %,d  hash %016x  %,d journaled, %,d promised, %,d accepted, %,d"
                  + " rejected, %,d lost",
              seed, steps, hash, journaled, promised, accepted, rejected, lost));
    }
  }

  /** Runs the world of a seed: faults for a minute, healing, and the end. */
  static Result run(long seed, SiteParts parts, @Nullable Consumer<String> reader) {
    var world = new SiteWorld(seed, SITES, USERS, parts, reader);
    return run(
        seed,
        world,
        () -> {
          world.order(Duration.ofMillis(60), ORDER_PART);
          world.harm(Duration.ofMillis(800));
          world.pass(LIFE);
          world.quiet();
        });
  }

  /** A site that is cut off for a week, in which it takes ten thousand orders. */
  static Result week(long seed, @Nullable Consumer<String> reader) {
    var world = new SiteWorld(seed, 1, WEEK_USERS, new SiteParts(), reader);
    return run(
        seed,
        world,
        () -> {
          world.link().heal();
          for (int greeted = 0; greeted < 5; greeted++) { // Its purses are filled.
            world.greet();
            world.pass(Duration.ofMinutes(1));
          }
          world.sites().get(0).cut(true);
          world.pass(Duration.ofSeconds(10));
          // Every other order is placed at the site.
          world.order(WEEK.dividedBy(2 * WEEK_ORDERS + WEEK_ORDERS / 10), WEEK_ORDER_PART);
          world.pass(WEEK);
          world.quiet();
        });
  }

  private static Result run(long seed, SiteWorld world, Runnable life) {
    Violation violation = null;
    long healedAt = 0;
    try {
      world.begin();
      life.run();
      world.heal();
      healedAt = world.time().nanos();
      for (int polls = 0; polls < POLLS_MAX && !world.drained(); polls++) {
        world.pass(POLL);
      }
      world.pass(SimLimits.HEALED_WITHIN.multipliedBy(4)); // What is late is dropped by then.
      world.laws().atEnd();
    } catch (Violation broken) {
      violation = broken;
    }
    var laws = world.laws();
    return new Result(
        seed,
        world.steps(),
        world.log().hash(),
        laws.journaled(),
        laws.promised(),
        laws.accepted(),
        laws.rejected(),
        laws.lost(),
        laws.settledAtNanos() - healedAt,
        violation,
        world.log().history());
  }
}
