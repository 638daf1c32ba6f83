package io.weft.lab.chaos;

import io.weft.lab.Patience;
import java.time.Duration;
import java.util.List;

/** Row 3: a node's process stands still for a while and goes on. */
final class PauseRow implements Row {
  private static final int ROW = 3;

  private long lastCallMillis;
  private long backMillis;

  @Override
  public List<Result> run(Plan plan) {
    int rounds = plan.roundsOr(1);
    var pause = Duration.ofSeconds(plan.secondsOr(ChaosLimits.PAUSE_SECONDS));
    try (var cluster = EchoCluster.start(plan)) {
      var load = cluster.load();
      Patience.pause(ChaosLimits.WARM);
      for (int round = 1; round <= rounds; round++) {
        round(cluster, (round - 1) % ChaosLimits.NODES, pause);
        plan.say(
            "pause %d of %d: last call after %d ms, back after %d ms, failed %s"
                .formatted(round, rounds, lastCallMillis, backMillis, load.tally().told()));
      }
      var tally = load.stop();
      var of = " of " + (tally.ok() + tally.failed()) + " " + tally.failures();
      return List.of(
          Result.none(ROW, "calls failed, each idempotent", tally.failed(), of),
          Result.within(
              ROW,
              "last call to the stopped node",
              ChaosLimits.EJECTED_MAX_MILLIS,
              lastCallMillis,
              ""),
          Result.within(
              ROW, "it answers again after SIGCONT", ChaosLimits.BACK_MAX_MILLIS, backMillis, ""));
    }
  }

  private void round(EchoCluster cluster, int victim, Duration pause) {
    var node = cluster.node(victim);
    long stopped = cluster.nanos();
    node.process().signal("STOP");
    Patience.pause(pause);
    lastCallMillis =
        Math.max(lastCallMillis, cluster.picks().lastMillisAfter(node.name(), stopped));
    cluster.picks().forgetAnswer(node.name());
    long continued = cluster.nanos();
    node.process().signal("CONT");
    backMillis = Math.max(backMillis, cluster.answersAfter(node.name(), continued));
    cluster.awaitWhole();
    Patience.pause(ChaosLimits.SETTLE);
  }
}
