package io.weft.lab.link;

import static io.weft.lab.Medians.median;
import static io.weft.lab.Medians.spread;

import io.vertx.core.json.JsonObject;
import io.weft.lab.LabException;
import io.weft.lab.Patience;
import io.weft.lab.Said;
import io.weft.lab.Say;
import io.weft.lab.Table;
import io.weft.lab.call.Caller;
import io.weft.lab.call.Load;
import io.weft.lab.call.Measure;
import io.weft.lab.link.LinkedSites.Route;
import io.weft.mesh.time.Ticker;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Calls at an edge that need no hub: users are read at its gateway, whom it has in its replica. In
 * turn while it is linked and while it is cut off, each round beginning with the other one.
 */
final class LocalCalls {
  private static final int OK = 200;

  private final LinkedSites sites;
  private final List<UUID> users;
  private final Duration duration;
  private final int rounds;
  private final Map<Case, List<Measure>> measured = new LinkedHashMap<>();

  /** What is measured. */
  private record Case(int concurrency, boolean linked) {}

  /**
   * One concurrency, linked and cut off: medians over the rounds, of errors the sum.
   *
   * @param concurrency calls outstanding at a time
   * @param linkedRps calls answered per second while linked
   * @param cutRps the same while cut off
   * @param rpsSpread how far the rounds are apart at most: the highest less the lowest, by the
   *     median
   * @param linkedP50Micros half the answers came within, in microseconds, while linked
   * @param cutP50Micros the same while cut off
   * @param linkedP99Micros 99 of 100 answers came within, in microseconds, while linked
   * @param cutP99Micros the same while cut off
   * @param errors calls that failed
   */
  record Figures(
      int concurrency,
      double linkedRps,
      double cutRps,
      double rpsSpread,
      double linkedP50Micros,
      double cutP50Micros,
      double linkedP99Micros,
      double cutP99Micros,
      long errors) {
    private static Figures of(int concurrency, List<Measure> linked, List<Measure> cut) {
      return new Figures(
          concurrency,
          median(linked, Measure::rps),
          median(cut, Measure::rps),
          Math.max(spread(linked, Measure::rps), spread(cut, Measure::rps)),
          median(linked, Measure::p50Micros),
          median(cut, Measure::p50Micros),
          median(linked, Measure::p99Micros),
          median(cut, Measure::p99Micros),
          linked.stream().mapToLong(Measure::errors).sum()
              + cut.stream().mapToLong(Measure::errors).sum());
    }

    /** Returns these figures as a line of {@code --json}. */
    JsonObject toJson() {
      return new JsonObject()
          .put("bench", "link")
          .put("part", "local")
          .put("concurrency", concurrency)
          .put("linked_rps", Math.round(linkedRps))
          .put("cut_rps", Math.round(cutRps))
          .put("linked_p50_us", Math.round(linkedP50Micros))
          .put("cut_p50_us", Math.round(cutP50Micros))
          .put("linked_p99_us", Math.round(linkedP99Micros))
          .put("cut_p99_us", Math.round(cutP99Micros))
          .put("errors", errors);
    }
  }

  LocalCalls(LinkedSites sites, List<UUID> users, int seconds, int rounds) {
    this.sites = sites;
    this.users = users;
    duration = Duration.ofSeconds(seconds);
    this.rounds = rounds;
  }

  /** Measures. Blocks; leaves the edge linked. */
  List<Figures> run() {
    for (int round = 0; round < LinkLimits.LOCAL_WARM_ROUNDS; round++) {
      LinkLimits.LOCAL_CONCURRENCY.forEach(this::load);
    }
    boolean linked = true;
    for (int round = 0; round < rounds; round++) {
      measure(linked);
      linked = !linked;
      become(linked);
      measure(linked);
    }
    if (!linked) {
      become(true);
    }
    var figures = new ArrayList<Figures>();
    for (int each : LinkLimits.LOCAL_CONCURRENCY) {
      figures.add(Figures.of(each, rows(each, true), rows(each, false)));
    }
    return figures;
  }

  private void become(boolean linked) {
    if (linked) {
      sites.heal();
    } else {
      sites.cut(users.get(0));
    }
    Patience.pause(LinkLimits.SETTLED_AFTER);
  }

  private void measure(boolean linked) {
    for (int each : LinkLimits.LOCAL_CONCURRENCY) {
      rows(each, linked).add(load(each));
    }
  }

  private List<Measure> rows(int concurrency, boolean linked) {
    return measured.computeIfAbsent(new Case(concurrency, linked), first -> new ArrayList<>());
  }

  private Measure load(int concurrency) {
    return new Load(new Reader(), Ticker.system(), concurrency, duration, LinkLimits.DRAIN)
        .run()
        .join();
  }

  /** Reads one user after the other. */
  private final class Reader implements Caller {
    @Override
    public void call(Say request, Done done) {
      var user = users.get((int) Math.floorMod(request.number(), (long) users.size()));
      sites
          .get(Route.EDGE, "/v1/users/" + user)
          .onComplete(
              (answer, failure) ->
                  done.done(
                      failure == null && answer.status() == OK ? Said.to(request) : null,
                      failure == null && answer.status() != OK
                          ? new LabException("status " + answer.status())
                          : failure));
    }

    @Override
    public void execute(Runnable task) {
      sites.context().runOnContext(turn -> task.run());
    }
  }

  /** Prints the figures, and whether they are what is wanted. */
  static void print(List<Figures> all, PrintWriter out) {
    var table = new Table("AT A TIME", "", "LINKED", "CUT OFF", "RATIO", "WANTED", "SPREAD");
    for (var each : all) {
      var spread = String.format(Locale.ROOT, "%.0f%%", 100 * each.rpsSpread());
      row(table, each, "calls/s", each.linkedRps(), each.cutRps(), spread);
      row(table, each, "P50 us", each.linkedP50Micros(), each.cutP50Micros(), "");
      row(table, each, "P99 us", each.linkedP99Micros(), each.cutP99Micros(), null);
    }
    table.print(out);
  }

  private static void row(
      Table table, Figures of, String what, double linked, double cut, @Nullable String spread) {
    double ratio = cut / linked;
    table.row(
        Integer.toString(of.concurrency()),
        what,
        String.format(Locale.ROOT, "%,.0f", linked),
        String.format(Locale.ROOT, "%,.0f", cut),
        String.format(Locale.ROOT, "%.2f", ratio),
        spread == null ? "" : wanted(ratio),
        spread == null ? "" : spread);
  }

  private static String wanted(double ratio) {
    return String.format(
        Locale.ROOT,
        "%.2f to %.2f: %s",
        LinkLimits.LOCAL_RATIO_MIN,
        LinkLimits.LOCAL_RATIO_MAX,
        ratio >= LinkLimits.LOCAL_RATIO_MIN && ratio <= LinkLimits.LOCAL_RATIO_MAX
            ? "met"
            : "MISSED");
  }
}
