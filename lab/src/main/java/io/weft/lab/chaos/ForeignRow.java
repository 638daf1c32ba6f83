package io.weft.lab.chaos;

import io.weft.lab.Patience;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Row 5, as a program sees it that is no node: after each kill and each start, in random order, it
 * lists exactly the instances that live. At least one node lives at any time.
 */
final class ForeignRow implements Row {
  private static final int ROW = 5;

  private long killedMillis;
  private long startedMillis;
  private int kills;

  @Override
  public List<Result> run(Plan plan) {
    int rounds = plan.roundsOr(ChaosLimits.FOREIGN_ROUNDS);
    var random = new SplittableRandom(plan.seed());
    try (var cluster = EchoCluster.start(plan);
        var program = ForeignProgram.join(cluster.settings("program"))) {
      awaitExact(cluster, program);
      for (int round = 1; round <= rounds; round++) {
        Patience.pause(ChaosLimits.SETTLE);
        round(cluster, program, random);
        plan.say(
            "kill or start %d of %d: listed right after at most %d ms and %d ms"
                .formatted(round, rounds, killedMillis, startedMillis));
      }
    }
    return List.of(
        Result.within(
            ROW,
            "a foreign program lists what was killed",
            ChaosLimits.EJECTED_MAX_MILLIS,
            killedMillis,
            " in " + kills + " kills"),
        Result.within(
            ROW,
            "a foreign program lists what was started",
            ChaosLimits.FIRST_CALL_MAX_MILLIS,
            startedMillis,
            " after it was ready, in " + (rounds - kills) + " starts"));
  }

  private void round(EchoCluster cluster, ForeignProgram program, SplittableRandom random) {
    int chosen = random.nextInt(ChaosLimits.NODES);
    boolean last = cluster.node(chosen).alive() && alive(cluster) == 1;
    int node = last ? (chosen + 1) % ChaosLimits.NODES : chosen;
    if (cluster.node(node).alive()) {
      long killed = cluster.kill(node);
      awaitExact(cluster, program);
      killedMillis = Math.max(killedMillis, (cluster.nanos() - killed) / 1_000_000);
      kills++;
    } else {
      cluster.restart(node);
      long ready = cluster.nanos();
      awaitExact(cluster, program);
      startedMillis = Math.max(startedMillis, (cluster.nanos() - ready) / 1_000_000);
    }
  }

  private static long alive(EchoCluster cluster) {
    return IntStream.range(0, ChaosLimits.NODES).filter(i -> cluster.node(i).alive()).count();
  }

  private static void awaitExact(EchoCluster cluster, ForeignProgram program) {
    Patience.until(
        "the program lists what lives: " + cluster.incarnations(),
        ChaosLimits.TABLE_MAX,
        ChaosLimits.LOOK_INTERVAL,
        () -> program.incarnations().equals(cluster.incarnations()));
  }
}
