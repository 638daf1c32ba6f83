package io.weft.lab.link;

import static io.weft.lab.Medians.median;
import static io.weft.lab.Medians.spread;

import io.vertx.core.json.JsonObject;
import io.weft.lab.Table;
import io.weft.lab.call.Measure;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/**
 * One way at one concurrency: of every figure the median over the rounds, of errors the sum.
 *
 * @param way its name
 * @param concurrency calls outstanding at a time
 * @param rps calls answered per second
 * @param rpsSpread how far the rounds are apart: the highest less the lowest rps, by the median
 * @param p50Micros half the answers came within, in microseconds
 * @param p99Micros 99 of 100 answers came within, in microseconds
 * @param errors calls that failed, in all rounds
 */
record Figures(
    String way,
    int concurrency,
    double rps,
    double rpsSpread,
    double p50Micros,
    double p99Micros,
    long errors) {
  /** Returns the figures of some rounds, at least one. */
  static Figures of(String way, int concurrency, List<Measure> rounds) {
    return new Figures(
        way,
        concurrency,
        median(rounds, Measure::rps),
        spread(rounds, Measure::rps),
        median(rounds, Measure::p50Micros),
        median(rounds, Measure::p99Micros),
        rounds.stream().mapToLong(Measure::errors).sum());
  }

  /** Prints all figures of a run, each beside those of the first way at the same concurrency. */
  static void print(List<Figures> all, PrintWriter out) {
    var table =
        new Table(
            "WAY",
            "CONCURRENCY",
            "RPS",
            "SPREAD",
            "P50 us",
            "P99 us",
            "P50",
            "P50 MORE us",
            "P99 MORE us",
            "ERRORS");
    for (var each : all) {
      var bare = all.stream().filter(f -> f.concurrency == each.concurrency).findFirst();
      double base = bare.map(Figures::p50Micros).orElse(0.0);
      double base99 = bare.map(Figures::p99Micros).orElse(0.0);
      table.row(
          each.way,
          Integer.toString(each.concurrency),
          whole(each.rps),
          whole(100 * each.rpsSpread) + "%",
          whole(each.p50Micros),
          whole(each.p99Micros),
          base == 0 ? "-" : String.format(Locale.ROOT, "%.2fx", each.p50Micros / base),
          more(each.p50Micros - base),
          more(each.p99Micros - base99),
          Long.toString(each.errors));
    }
    table.print(out);
    out.printf("wanted: at most %d us more; what is more has a !%n", LinkLimits.MORE_MAX_MICROS);
  }

  /** What a call may cost more than the round trip is said for all of them. */
  private static String more(double micros) {
    return whole(micros) + (micros <= LinkLimits.MORE_MAX_MICROS ? "" : " !");
  }

  private static String whole(double figure) {
    return String.format(Locale.ROOT, "%,.0f", figure);
  }

  /** Returns these figures as a line of {@code --json}. */
  JsonObject toJson() {
    return new JsonObject()
        .put("bench", "link")
        .put("system", way)
        .put("concurrency", concurrency)
        .put("rps", rounded(rps))
        .put("p50_us", rounded(p50Micros))
        .put("p99_us", rounded(p99Micros))
        .put("errors", errors);
  }

  private static double rounded(double figure) {
    return Math.round(figure * 10) / 10.0;
  }
}
