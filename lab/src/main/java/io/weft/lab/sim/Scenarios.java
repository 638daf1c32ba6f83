package io.weft.lab.sim;

import io.weft.mesh.policy.BalancePolicy.Algorithm;
import io.weft.mesh.policy.RetryPolicy;
import java.time.Duration;
import java.util.List;

/** Named worlds, each for one target: what is done to it is not drawn, all else is. */
final class Scenarios {
  private static final Duration FREEZE = Duration.ofMinutes(10);
  private static final Duration FAILING = Duration.ofSeconds(60);
  private static final double FEW_CALLS_PER_SECOND = 100;
  private static final double MANY_CALLS_PER_SECOND = 1_000;

  /** As many calls as make the first reserve of a few processes count for little. */
  private static final double ATTEMPTS_PER_CALL_MAX = 1.1;

  private final long seed;

  Scenarios(long seed) {
    this.seed = seed;
  }

  /** Runs them all. */
  List<Target> run() {
    return List.of(discoveryFrozen(), everyBackendFailing(), healing());
  }

  /** Row 10: nobody hears or writes anything any more, and all nodes are well. */
  Target discoveryFrozen() {
    var world = world(FEW_CALLS_PER_SECOND);
    world.begin();
    world.pass(SimLimits.WARM_UP);
    long before = world.laws().errors();
    world.network().freezeDiscovery(true);
    world.pass(FREEZE);
    world.network().freezeDiscovery(false);
    world.pass(SimLimits.HEALED_WITHIN);
    end(world);
    long errors = world.laws().errors() - before;
    return new Target(
        10,
        "discovery frozen for " + FREEZE.toMinutes() + " virtual min, nodes healthy",
        "0 errors",
        String.format("%,d errors of %,d calls", errors, world.laws().calls()),
        errors == 0);
  }

  /** Row 8: every handler fails at once, so that every call is tried again, if it may be. */
  Target everyBackendFailing() {
    var world = world(MANY_CALLS_PER_SECOND);
    world.begin();
    world.pass(SimLimits.WARM_UP);
    long calls = world.laws().calls();
    long attempts = world.laws().attempts();
    world.nodes().forEach(node -> node.handling(SimNode.Handling.FAILING));
    world.pass(FAILING);
    calls = world.laws().calls() - calls;
    attempts = world.laws().attempts() - attempts;
    end(world);
    double reserve =
        RetryPolicy.DEFAULT.reservePerSecond()
            * world.settings().nodes()
            * (FAILING.toSeconds() + 1);
    double allowed = ATTEMPTS_PER_CALL_MAX * calls + reserve;
    return new Target(
        8,
        "every backend fails for " + FAILING.toSeconds() + " virtual s",
        String.format("attempts at most 1.1x calls plus reserve (%,.0f)", allowed),
        String.format(
            "%,d attempts of %,d calls: %.3fx; %.3fx without the reserve of %,.0f",
            attempts, calls, (double) attempts / calls, (attempts - reserve) / calls, reserve),
        attempts <= allowed);
  }

  /** Row 4: two halves of a site that were apart for a minute. */
  Target healing() {
    var world = world(FEW_CALLS_PER_SECOND);
    world.begin();
    world.pass(SimLimits.WARM_UP);
    var nodes = world.nodes();
    for (var one : nodes.subList(0, 2)) {
      for (var other : nodes.subList(2, nodes.size())) {
        world.network().cut(one, other);
        world.network().cut(other, one);
      }
    }
    world.pass(Duration.ofSeconds(60));
    for (var one : nodes.subList(0, 2)) {
      for (var other : nodes.subList(2, nodes.size())) {
        world.network().heal(one, other);
        world.network().heal(other, one);
      }
    }
    var live = world.processes().stream().mapToLong(process -> process.endpoints().size()).sum();
    long tookMillis = 0;
    while (!allKnow(world, live) && tookMillis < Duration.ofMinutes(1).toMillis()) {
      world.pass(Duration.ofMillis(1));
      tookMillis++;
    }
    end(world);
    return new Target(
        4,
        "halves apart for 60 virtual s",
        "full table within 20 s of healing",
        tookMillis + " ms",
        tookMillis <= 20_000);
  }

  private static boolean allKnow(World world, long endpoints) {
    for (var process : world.processes()) {
      if (process.registry().directory().of(World.SERVICE).size() != endpoints) {
        return false;
      }
    }
    return true;
  }

  private World world(double callsPerSecond) {
    var settings =
        new Settings(
            3,
            2,
            2,
            callsPerSecond,
            Settings.policy(Algorithm.PEAK_EWMA, null),
            SimLimits.HEARTBEAT_TIMEOUT);
    return new World(seed, settings, new Parts(), null);
  }

  /** No law may be broken on the way. */
  private static void end(World world) {
    world.nodes().forEach(node -> node.handling(SimNode.Handling.WELL));
    world.workload().end();
    world.pass(SimLimits.QUIET);
    world.laws().atEnd();
    world.obey();
  }
}
