package io.weft.lab.call;

import io.weft.lab.Table;
import java.io.PrintWriter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The figures as tables: each by itself, then the mesh against the others. */
final class Report {
  private static final String WEFT = SystemUnderTest.WEFT.label();

  private final List<Figures> figures;

  /** Creates the report of all figures of one run. */
  Report(List<Figures> figures) {
    this.figures = List.copyOf(figures);
  }

  /** Prints both tables; the second only when there is something to compare. */
  void print(PrintWriter out) {
    all().print(out);
    var ratios = ratios();
    if (ratios.rows() > 0) {
      out.println();
      out.println("weft against the others, in this run (throughput: more is better; p99: less)");
      ratios.print(out);
    }
  }

  private Table all() {
    var table =
        new Table(
            "SYSTEM",
            "CONCURRENCY",
            "RPS",
            "SPREAD",
            "P50 us",
            "P99 us",
            "P99.9 us",
            "CLIENT B/call",
            "SERVER B/call",
            "ERRORS");
    for (var each : figures) {
      table.row(
          each.system(),
          Integer.toString(each.concurrency()),
          whole(each.rps()),
          whole(100 * each.rpsSpread()) + "%",
          whole(each.p50Micros()),
          whole(each.p99Micros()),
          whole(each.p999Micros()),
          whole(each.clientBytes()),
          whole(each.serverBytes()),
          Long.toString(each.errors()));
    }
    return table;
  }

  private Table ratios() {
    var table = new Table("CONCURRENCY", "AGAINST", "RPS", "P99");
    for (var weft : figures) {
      if (weft.system().equals(WEFT)) {
        of(SystemUnderTest.BARE, weft).ifPresent(other -> ratio(table, weft, other, ""));
        of(SystemUnderTest.BARE_ONE_LOOP, weft).ifPresent(other -> ratio(table, weft, other, ""));
        of(SystemUnderTest.WEFT_UNTOLD, weft).ifPresent(other -> ratio(table, weft, other, ""));
        bestPeer(weft.concurrency()).ifPresent(o -> ratio(table, weft, o, " (best peer)"));
      }
    }
    return table;
  }

  private static void ratio(Table table, Figures weft, Figures other, String remark) {
    table.row(
        Integer.toString(weft.concurrency()),
        other.system() + remark,
        times(weft.rps(), other.rps()),
        times(weft.p99Micros(), other.p99Micros()));
  }

  private Optional<Figures> of(SystemUnderTest system, Figures like) {
    return figures.stream()
        .filter(each -> each.system().equals(system.label()))
        .filter(each -> each.concurrency() == like.concurrency())
        .findFirst();
  }

  /** Returns the figures of the peer with the highest throughput. */
  Optional<Figures> bestPeer(int concurrency) {
    return figures.stream()
        .filter(each -> each.concurrency() == concurrency)
        .filter(each -> SystemUnderTest.named(each.system()).filter(s -> s.peer()).isPresent())
        .max(Comparator.comparingDouble(Figures::rps));
  }

  /** Returns a ratio as it is shown; a dash where there is nothing to divide by. */
  static String times(double ours, double theirs) {
    return theirs == 0 ? "-" : String.format(Locale.ROOT, "%.2fx", ours / theirs);
  }

  private static String whole(double figure) {
    return String.format(Locale.ROOT, "%,.0f", figure);
  }
}
