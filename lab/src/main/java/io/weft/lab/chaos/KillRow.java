package io.weft.lab.chaos;

import io.weft.lab.Patience;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Row 1 over the mesh: one node is killed with {@code kill -9} and started again. */
final class KillRow implements Row {
  private static final int ROW = 1;

  private long lastCallMillis;
  private long firstCallMillis;
  private long disturbedMillis;
  private double steadyMillis;

  @Override
  public List<Result> run(Plan plan) {
    int rounds = plan.roundsOr(ChaosLimits.KILL_ROUNDS);
    var random = new SplittableRandom(plan.seed());
    try (var cluster = EchoCluster.start(plan)) {
      var load = cluster.load();
      Patience.pause(ChaosLimits.WARM);
      for (int round = 1; round <= rounds; round++) {
        round(cluster, load.tally(), random.nextInt(ChaosLimits.NODES));
        plan.say(
            "kill %d of %d: last call to the dead after %d ms, p99 disturbed for %d ms, failed %s"
                .formatted(round, rounds, lastCallMillis, disturbedMillis, load.tally().told()));
      }
      return results(load.stop(), rounds);
    }
  }

  private void round(EchoCluster cluster, Tally tally, int victim) {
    cluster.awaitWhole();
    Patience.pause(ChaosLimits.STEADY);
    long killed = cluster.kill(victim);
    Patience.pause(ChaosLimits.WATCH);
    var dead = cluster.node(victim).name();
    lastCallMillis = Math.max(lastCallMillis, cluster.picks().lastMillisAfter(dead, killed));
    double steady = tally.p99Millis(killed - ChaosLimits.STEADY.toNanos(), killed);
    double limit =
        ChaosLimits.P99_RATIO_MAX * Math.max(steady, (double) ChaosLimits.P99_FLOOR.toMillis());
    long until = killed + ChaosLimits.WATCH.toNanos();
    disturbedMillis = Math.max(disturbedMillis, tally.disturbedMillis(killed, until, limit));
    steadyMillis = Math.max(steadyMillis, steady);
    cluster.restart(victim);
    firstCallMillis = Math.max(firstCallMillis, cluster.node(victim).firstCallMillis());
    Patience.pause(ChaosLimits.SETTLE);
  }

  private List<Result> results(Tally tally, int rounds) {
    var results = new ArrayList<Result>();
    var of = " of " + (tally.ok() + tally.failed()) + " in " + rounds + " kills ";
    results.add(
        Result.none(ROW, "calls failed, each idempotent", tally.failed(), of + tally.failures()));
    results.add(Result.none(ROW, "calls failed without a type", tally.untyped(), ""));
    results.add(
        Result.within(
            ROW,
            "last call to the dead node",
            ChaosLimits.LAST_CALL_MAX_MILLIS,
            lastCallMillis,
            ""));
    results.add(
        Result.within(
            ROW,
            "p99 above 3x steady",
            ChaosLimits.P99_DISTURBED_MAX_MILLIS,
            disturbedMillis,
            " (steady: at most %.1f ms)".formatted(steadyMillis)));
    results.add(
        Result.within(
            ROW,
            "first call to a new instance",
            ChaosLimits.FIRST_CALL_MAX_MILLIS,
            firstCallMillis,
            ""));
    return results;
  }
}
