package io.weft.lab.order;

import io.weft.lab.Table;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** What a run of the order benchmark has shown, for people. */
final class Report {
  private final Figures weft;
  private final Figures ceiling;

  Report(Figures weft, Figures ceiling) {
    this.weft = weft;
    this.ceiling = ceiling;
  }

  /** Prints both systems, what an order cost them, and what is wanted. */
  void print(PrintWriter out) {
    speed().print(out);
    out.println();
    out.println("an order cost (processor time in us of all cores; reads count as transactions)");
    costs().print(out);
    out.println();
    wanted().print(out);
  }

  private Table speed() {
    var table = new Table("SYSTEM", "ORDERS/s", "SPREAD", "P50 us", "P99 us", "P99.9 us", "ERRORS");
    for (var each : List.of(weft, ceiling)) {
      table.row(
          each.system(),
          whole(each.rps()),
          whole(100 * each.rpsSpread()) + "%",
          whole(each.p50Micros()),
          whole(each.p99Micros()),
          whole(each.p999Micros()),
          Long.toString(each.errors()));
    }
    return table;
  }

  private Table costs() {
    var table = new Table("SYSTEM", "NODES us", "POSTGRES us", "CLIENT us", "COMMITS", "WAL BYTES");
    for (var each : List.of(weft, ceiling)) {
      table.row(
          each.system(),
          whole(each.spent().nodeMicros()),
          whole(each.spent().postgresMicros()),
          whole(each.spent().clientMicros()),
          tenths(each.spent().commits()),
          whole(each.spent().walBytes()));
    }
    return table;
  }

  private Table wanted() {
    double rps = ratio(weft.rps(), ceiling.rps());
    double p99 = ratio(weft.p99Micros(), ceiling.p99Micros());
    var table = new Table("WEFT BY CEILING", "WANTED", "MEASURED", "MET");
    table.row(
        "orders per second",
        "at least " + OrderLimits.RATIO_WANTED,
        hundredths(rps),
        met(rps >= OrderLimits.RATIO_WANTED));
    table.row(
        "p99",
        "under " + whole(OrderLimits.P99_RATIO_WANTED),
        hundredths(p99),
        met(p99 < OrderLimits.P99_RATIO_WANTED));
    return table;
  }

  /** Returns a ratio, which is nothing where there is nothing to divide by. */
  static double ratio(double ours, double theirs) {
    return theirs == 0 ? Double.NaN : ours / theirs;
  }

  private static String met(boolean met) {
    return met ? "yes" : "MISSED";
  }

  private static String whole(double figure) {
    return String.format(Locale.ROOT, "%,.0f", figure);
  }

  private static String tenths(double figure) {
    return String.format(Locale.ROOT, "%.1f", figure);
  }

  private static String hundredths(double figure) {
    return String.format(Locale.ROOT, "%.2f", figure);
  }
}
