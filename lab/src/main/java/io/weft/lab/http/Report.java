package io.weft.lab.http;

import io.weft.lab.Table;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** What a run of the HTTP benchmark has shown, for people. */
final class Report {
  private final List<Figures> figures;

  Report(List<Figures> figures) {
    this.figures = figures;
  }

  /** Prints every system, and what is wanted of the gateway beside the others. */
  void print(PrintWriter out) {
    var speed = new Table("SYSTEM", "OVER", "ANSWERS/s", "SPREAD", "P50 us", "P99 us", "ERRORS");
    for (var each : figures) {
      speed.row(
          each.system(),
          each.protocol(),
          whole(each.rps()),
          whole(100 * each.rpsSpread()) + "%",
          whole(each.p50Micros()),
          whole(each.p99Micros()),
          Long.toString(each.errors()));
    }
    speed.print(out);
    out.println();
    var wanted = new Table("WEFT BY", "OVER", "OF", "WANTED", "MEASURED", "MET");
    against(wanted, Bench.NGINX, Bench.HTTP1);
    against(wanted, Bench.HAPROXY, Bench.HTTP2);
    wanted.print(out);
  }

  private void against(Table table, String other, String protocol) {
    var ours = of(Bench.WEFT, protocol);
    var theirs = of(other, protocol);
    double rps = ours.rps() / theirs.rps();
    double p99 = ours.p99Micros() / theirs.p99Micros();
    table.row(
        other,
        protocol,
        "answers per second",
        "at least " + HttpLimits.RATIO_WANTED,
        hundredths(rps),
        met(rps >= HttpLimits.RATIO_WANTED));
    table.row(
        other,
        protocol,
        "p99",
        "at most " + HttpLimits.P99_RATIO_WANTED,
        hundredths(p99),
        met(p99 <= HttpLimits.P99_RATIO_WANTED));
  }

  private Figures of(String system, String protocol) {
    return figures.stream()
        .filter(each -> each.system().equals(system) && each.protocol().equals(protocol))
        .findFirst()
        .orElseThrow();
  }

  private static String met(boolean met) {
    return met ? "yes" : "MISSED";
  }

  private static String whole(double figure) {
    return String.format(Locale.ROOT, "%,.0f", figure);
  }

  private static String hundredths(double figure) {
    return String.format(Locale.ROOT, "%.2f", figure);
  }
}
