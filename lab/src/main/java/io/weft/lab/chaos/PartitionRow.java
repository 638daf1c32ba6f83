package io.weft.lab.chaos;

import io.weft.lab.Patience;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Row 4: the network between one node and all others is cut, and heals. */
final class PartitionRow implements Row {
  private static final int ROW = 4;
  private static final int VICTIM = 1;

  /** In which direction the network is cut. */
  private enum Cut {
    BOTH_WAYS("two-way"),
    FROM("one-way, from it"),
    TO("one-way, to it");

    private final String label;

    Cut(String label) {
      this.label = label;
    }

    void make(Network network) {
      if (this != TO) {
        network.cutFrom(VICTIM + 1);
      }
      if (this != FROM) {
        network.cutTo(VICTIM + 1);
      }
    }
  }

  @Override
  public List<Result> run(Plan plan) {
    var lengths =
        plan.seconds() > 0
            ? List.of(plan.seconds())
            : List.of(ChaosLimits.PARTITION_SHORT_SECONDS, ChaosLimits.PARTITION_LONG_SECONDS);
    var results = new ArrayList<Result>();
    try (var network = new Network();
        var cluster = EchoCluster.start(plan, network)) {
      var load = cluster.load();
      Patience.pause(ChaosLimits.WARM);
      for (int round = 1; round <= plan.roundsOr(1); round++) {
        for (int seconds : lengths) {
          for (var cut : Cut.values()) {
            results.addAll(round(cluster, network, cut, Duration.ofSeconds(seconds)));
            plan.say(seconds + " s " + cut.label + ": failed " + load.tally().told());
          }
        }
      }
      var tally = load.stop();
      results.add(
          Result.none(
              ROW,
              "calls failed without a type",
              tally.untyped(),
              " of " + (tally.ok() + tally.failed()) + " " + tally.failures()));
    }
    return results;
  }

  private static List<Result> round(
      EchoCluster cluster, Network network, Cut cut, Duration length) {
    var name = cluster.node(VICTIM).name();
    long begun = cluster.nanos();
    cut.make(network);
    Patience.pause(length);
    long last = cluster.picks().lastMillisAfter(name, begun);
    cluster.picks().forgetAnswer(name);
    long healed = cluster.nanos();
    network.heal();
    cluster.answersAfter(name, healed);
    cluster.awaitWhole();
    long whole = (cluster.nanos() - healed) / 1_000_000;
    Patience.pause(ChaosLimits.STEADY);
    boolean isLong = length.compareTo(ChaosLimits.PARTITION_LONG_FROM) > 0;
    var what = length.toSeconds() + " s " + cut.label + ": ";
    return List.of(
        Result.within(
            ROW, what + "last call to the cut off", ChaosLimits.EJECTED_MAX_MILLIS, last, ""),
        Result.within(
            ROW,
            what + "every table whole, and it answers",
            isLong ? ChaosLimits.HEALED_LONG_MAX_MILLIS : ChaosLimits.HEALED_MAX_MILLIS,
            whole,
            ""));
  }
}
