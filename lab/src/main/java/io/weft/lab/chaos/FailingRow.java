package io.weft.lab.chaos;

import io.weft.lab.Patience;
import io.weft.lab.Say;
import io.weft.mesh.MeshLimits;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** Row 8: every backend refuses every call. */
final class FailingRow implements Row {
  private static final int ROW = 8;

  @Override
  public List<Result> run(Plan plan) {
    var length = Duration.ofSeconds(plan.secondsOr(ChaosLimits.FAILING_SECONDS));
    try (var cluster = EchoCluster.start(plan)) {
      int rate = cluster.rate();
      long before = cluster.picks().attempts();
      var load = cluster.load(rate, number -> cluster.mesh().call(Echo.FAIL, Say.numbered(number)));
      Patience.pause(length);
      var tally = load.stop();
      long attempts = cluster.picks().attempts() - before;
      long calls = tally.ok() + tally.failed();
      double reserve =
          MeshLimits.RETRY_BUDGET_RESERVE_PER_SECOND
              * length.plus(MeshLimits.RETRY_BUDGET_WINDOW).toSeconds();
      long most = (long) (ChaosLimits.ATTEMPTS_RATIO_MAX * calls + reserve);
      return List.of(
          new Result(
              ROW,
              "attempts of " + calls + " calls",
              "at most 1.1x and the reserve: " + most,
              String.format(
                  Locale.ROOT,
                  "%d (%.2fx) %s",
                  attempts,
                  (double) attempts / calls,
                  tally.failures()),
              attempts <= most),
          Result.none(ROW, "calls failed without a type", tally.untyped(), ""));
    }
  }
}
