package io.weft.lab.chaos;

import io.weft.lab.Patience;
import java.util.List;

/** Row 2 over the mesh: one node after the other is stopped in order and started again. */
final class DrainRow implements Row {
  private static final int ROW = 2;

  @Override
  public List<Result> run(Plan plan) {
    int rounds = plan.roundsOr(ChaosLimits.DRAIN_ROUNDS);
    try (var cluster = EchoCluster.start(plan)) {
      var load = cluster.load();
      Patience.pause(ChaosLimits.WARM);
      for (int round = 1; round <= rounds; round++) {
        for (int node = 0; node < ChaosLimits.NODES; node++) {
          cluster.node(node).terminate();
          cluster.restart(node);
          cluster.awaitWhole();
          Patience.pause(ChaosLimits.SETTLE);
        }
        plan.say("restart %d of %d: failed %s".formatted(round, rounds, load.tally().told()));
      }
      var tally = load.stop();
      var of = " of " + (tally.ok() + tally.failed()) + " in " + rounds + " rolling restarts ";
      return List.of(Result.none(ROW, "calls failed", tally.failed(), of + tally.failures()));
    }
  }
}
