package io.weft.lab.chaos;

import io.weft.lab.Patience;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Row 5: two of three nodes are killed at once and started again. */
final class PairRow implements Row {
  private static final int ROW = 5;

  private long staleMillis;
  private long lastCallMillis;

  @Override
  public List<Result> run(Plan plan) {
    int rounds = plan.roundsOr(ChaosLimits.PAIR_ROUNDS);
    var random = new SplittableRandom(plan.seed());
    try (var cluster = EchoCluster.start(plan)) {
      var load = cluster.load();
      Patience.pause(ChaosLimits.WARM);
      for (int round = 1; round <= rounds; round++) {
        round(cluster, random.nextInt(ChaosLimits.NODES));
        plan.say(
            "pair %d of %d: stale for %d ms, last call after %d ms, failed %s"
                .formatted(round, rounds, staleMillis, lastCallMillis, load.tally().told()));
      }
      var tally = load.stop();
      return List.of(
          Result.within(
              ROW,
              "a dead endpoint in a table",
              ChaosLimits.STALE_MAX_MILLIS,
              staleMillis,
              " in " + rounds + " pairs"),
          Result.within(
              ROW, "last call to a dead node", ChaosLimits.STALE_MAX_MILLIS, lastCallMillis, ""),
          Result.none(
              ROW,
              "calls failed without a type",
              tally.untyped(),
              " of " + (tally.ok() + tally.failed()) + " " + tally.failures()));
    }
  }

  private void round(EchoCluster cluster, int survivor) {
    var dead = IntStream.range(0, ChaosLimits.NODES).filter(i -> i != survivor).toArray();
    Patience.pause(ChaosLimits.SETTLE);
    long killed = cluster.nanos();
    for (int node : dead) {
      cluster.node(node).process().signal("KILL");
    }
    for (int node : dead) {
      cluster.kill(node);
    }
    cluster.awaitWhole();
    staleMillis = Math.max(staleMillis, (cluster.nanos() - killed) / 1_000_000);
    Patience.pause(ChaosLimits.STEADY);
    for (int node : dead) {
      var name = cluster.node(node).name();
      lastCallMillis = Math.max(lastCallMillis, cluster.picks().lastMillisAfter(name, killed));
    }
    for (int node : dead) {
      cluster.restart(node);
    }
    cluster.awaitWhole();
  }
}
