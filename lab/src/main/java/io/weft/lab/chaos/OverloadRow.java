package io.weft.lab.chaos;

import io.vertx.core.Future;
import io.weft.lab.Patience;
import io.weft.lab.Say;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Row 7: more is asked of the nodes than they can do. Each has a few workers that take a fixed time
 * for a call, so that what they can do at most is known, and is not shared with the caller.
 */
final class OverloadRow implements Row {
  private static final int ROW = 7;
  private static final double WORK_MAX_PER_SECOND =
      ChaosLimits.NODES * ChaosLimits.WORKERS * 1e9 / ChaosLimits.WORK.toNanos();
  private static final int[] FACTORS = {2, 5};
  private static final Duration SLIDING = Duration.ofSeconds(1);

  @Override
  public List<Result> run(Plan plan) {
    var length = Duration.ofSeconds(plan.secondsOr(ChaosLimits.OVERLOAD_SECONDS));
    var results = new ArrayList<Result>();
    try (var cluster = EchoCluster.start(plan)) {
      double peak = peak(cluster);
      plan.say("peak goodput: %.0f calls per second".formatted(peak));
      for (int factor : FACTORS) {
        results.addAll(overload(cluster, plan, factor, peak, length));
      }
    }
    return results;
  }

  private static double peak(EchoCluster cluster) {
    double peak = 0;
    for (double share : ChaosLimits.PEAK_STEPS) {
      var load = work(cluster, share * WORK_MAX_PER_SECOND);
      long begun = cluster.nanos();
      Patience.pause(ChaosLimits.PEAK_STEP);
      long ended = cluster.nanos();
      peak = Math.max(peak, goodput(load.stop(), begun, ended));
    }
    return peak;
  }

  private static OpenLoop work(EchoCluster cluster, double perSecond) {
    return cluster.load((int) perSecond, number -> call(cluster, number));
  }

  private static Future<?> call(EchoCluster cluster, long number) {
    return cluster.mesh().call(Echo.WORK, Say.numbered(number));
  }

  private static double goodput(Tally tally, long fromNanos, long toNanos) {
    return tally.ok(fromNanos, toNanos) * 1e9 / (toNanos - fromNanos);
  }

  private static List<Result> overload(
      EchoCluster cluster, Plan plan, int factor, double peak, Duration length) {
    var over = work(cluster, factor * peak);
    long begun = cluster.nanos();
    Patience.pause(length);
    long ended = cluster.nanos();
    var during = over.end();
    var after = work(cluster, peak);
    long back = cluster.nanos();
    Patience.pause(Duration.ofMillis(ChaosLimits.RECOVERED_MAX_MILLIS).plus(SLIDING));
    over.stop();
    long backMillis = recoveredMillis(after.stop(), back, cluster.nanos(), peak);
    double goodput = goodput(during, begun, ended);
    double p99 = during.p99Millis(begun, ended);
    var what = factor + "x for " + length.toSeconds() + " s: ";
    plan.say(
        what + "%.0f of %.0f/s, p99 %.0f ms, ".formatted(goodput, peak, p99) + during.failures());
    long share = Math.round(100 * goodput / peak);
    return List.of(
        new Result(
            ROW,
            what + "goodput",
            "at least 80 % of peak",
            String.format(Locale.ROOT, "%d %% of %.0f/s", share, peak),
            goodput >= ChaosLimits.GOODPUT_MIN * peak),
        Result.within(
            ROW,
            what + "p99 of what was accepted",
            ChaosLimits.CALL_TIMEOUT.toMillis(),
            Math.round(p99),
            ""),
        Result.within(
            ROW, what + "95 % of peak again", ChaosLimits.RECOVERED_MAX_MILLIS, backMillis, ""));
  }

  /** Returns when the first second began that had nearly the peak's goodput. */
  private static long recoveredMillis(Tally tally, long from, long to, double peak) {
    for (long at = from; at < to; at += ChaosLimits.WINDOW.toNanos()) {
      if (goodput(tally, at, at + SLIDING.toNanos()) >= ChaosLimits.RECOVERED_MIN * peak) {
        return (at - from) / 1_000_000;
      }
    }
    return (to - from) / 1_000_000;
  }
}
