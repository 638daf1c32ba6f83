package io.weft.lab.sim;

import io.weft.mesh.policy.BalancePolicy.Algorithm;
import java.time.Duration;

/**
 * How long it takes until everybody knows everything, once a node has joined a large site: virtual
 * time, without a call being made.
 */
final class Convergence {
  private static final Duration LOOK_EVERY = Duration.ofMillis(1);
  private static final Duration TARGET = Duration.ofSeconds(1);
  private static final Duration GIVEN_UP_AFTER = Duration.ofSeconds(30);

  private final long seed;
  private final int nodes;
  private final int instances;

  /**
   * Prepares a site.
   *
   * @param nodes of the site, with the one that joins
   * @param instances of each node
   */
  Convergence(long seed, int nodes, int instances) {
    this.seed = seed;
    this.nodes = nodes;
    this.instances = instances;
  }

  /** Lets the last node join when all others know each other. */
  Target run() {
    var settings =
        new Settings(
            nodes,
            0,
            instances,
            1,
            Settings.policy(Algorithm.PEAK_EWMA, null),
            SimLimits.HEARTBEAT_TIMEOUT);
    var world = new World(seed, settings, new Parts(), null);
    for (var node : world.nodes().subList(0, nodes - 1)) {
      node.start();
    }
    world.cluster().watch();
    until(world, (nodes - 1) * instances);
    world.nodes().get(nodes - 1).start();
    long tookMillis = until(world, nodes * instances);
    world.obey();
    return new Target(
        0,
        String.format("a node joins: %,d instances on %d nodes", nodes * instances, nodes),
        "all directories agree within " + TARGET.toMillis() + " ms of virtual time",
        tookMillis + " ms",
        tookMillis <= TARGET.toMillis());
  }

  /** Returns the milliseconds until every directory has so many endpoints. */
  private static long until(World world, int endpoints) {
    long millis = 0;
    while (!agree(world, endpoints) && millis < GIVEN_UP_AFTER.toMillis()) {
      world.pass(LOOK_EVERY);
      millis++;
    }
    return millis;
  }

  private static boolean agree(World world, int endpoints) {
    for (var process : world.processes()) {
      if (process.registry().directory().of(World.SERVICE).size() != endpoints) {
        return false;
      }
    }
    return true;
  }
}
