package io.weft.lab.chaos;

import io.weft.lab.Patience;
import io.weft.lab.ShippedNode;
import io.weft.lab.ShippedNodes;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/**
 * Kills nodes and PostgreSQL at random, and starts nodes again at once; PostgreSQL is started by
 * whichever node finds it dead. For one thread, which it blocks.
 */
final class Harm {
  private final Plan plan;
  private final ShippedNodes nodes;
  private final SplittableRandom random;
  private int nodeKills;
  private int postgresKills;
  private int failedStarts;

  Harm(Plan plan, ShippedNodes nodes) {
    this.plan = plan;
    this.nodes = nodes;
    random = new SplittableRandom(plan.seed());
  }

  /**
   * Kills as often as the plan says, of ten times once PostgreSQL.
   *
   * @param progress what is to be told after every kill
   */
  void run(Supplier<String> progress) {
    int cycles = plan.roundsOr(ChaosLimits.ORDER_CYCLES);
    int turn = 0;
    for (int cycle = 0; cycle < cycles; cycle++) {
      if (cycle % ChaosLimits.POSTGRES_ONE_IN == 0) {
        turn = cycle + random.nextInt(ChaosLimits.POSTGRES_ONE_IN);
      }
      var killed = cycle == turn ? killPostgres() : killNode();
      Patience.pause(
          Duration.ofMillis(
              random.nextLong(ChaosLimits.CYCLE_MIN.toMillis(), ChaosLimits.CYCLE_MAX.toMillis())));
      plan.say("kill %d of %d: %s; %s".formatted(cycle + 1, cycles, killed, progress.get()));
    }
  }

  private String killPostgres() {
    int processes = nodes.postgres().kill();
    postgresKills++;
    return "PostgreSQL (" + processes + " processes)";
  }

  private String killNode() {
    Patience.until(
        ChaosLimits.READY_MIN + " nodes are ready",
        ChaosLimits.START_MAX,
        ChaosLimits.LOOK_INTERVAL,
        () -> ready() >= ChaosLimits.READY_MIN);
    int victim = random.nextInt(ChaosLimits.NODES);
    var node = nodes.node(victim);
    boolean wasReady =
        node.ready(); // Or in the midst of its start, which is a time like any other.
    node.kill();
    nodes.launch(victim);
    nodeKills++;
    return node.name() + (wasReady ? "" : " while it started");
  }

  private long ready() {
    relaunch();
    return nodes.all().stream().filter(ShippedNode::ready).count();
  }

  /** Starts what gave up starting, as whatever supervises nodes does. */
  private void relaunch() {
    List<ShippedNode> all = nodes.all();
    for (int i = 0; i < all.size(); i++) {
      if (!all.get(i).alive()) {
        failedStarts++;
        nodes.launch(i);
      }
    }
  }

  /** Waits until all nodes are there. */
  void reviveAll() {
    Patience.until(
        "all nodes are ready",
        ChaosLimits.START_MAX,
        ChaosLimits.LOOK_INTERVAL,
        () -> ready() == ChaosLimits.NODES);
  }

  /** Returns what was done, in words. */
  String figures() {
    return "%d kills of nodes and %d of PostgreSQL (starts given up: %d)"
        .formatted(nodeKills, postgresKills, failedStarts);
  }
}
