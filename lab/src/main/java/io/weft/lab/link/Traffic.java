package io.weft.lab.link;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.weft.lab.LabException;
import io.weft.lab.Patience;
import io.weft.lab.Table;
import io.weft.lab.link.LinkedSites.Answer;
import io.weft.lab.link.LinkedSites.Route;
import io.weft.lab.order.Purchase;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.function.IntFunction;

/**
 * What crosses the uplink of an edge for a call and for an order that are made there, beside what
 * crosses it when a client asks the hub for the same by plain HTTPS. Both are counted by a relay,
 * as TCP carries them, with all of TLS and WebSocket.
 */
final class Traffic {
  private static final String CALL = "call";
  private static final String ORDER = "order";
  private static final String JOURNALED = "select count(*) from orders.journal_entries";
  private static final int OK = 200;
  private static final int CREATED = 201;
  private static final int ACCEPTED = 202;

  private final LinkedSites sites;
  private final List<UUID> users;
  private final String run = Purchase.run();
  private int orders;

  /**
   * One figure.
   *
   * @param what a call (an order is read), an order (is placed), or a second without either
   * @param way how it was made
   * @param concurrency how many at a time
   * @param count how many were counted
   * @param sent bytes towards the hub, for each
   * @param received bytes from it, for each
   */
  record Figures(
      String what, String way, int concurrency, int count, double sent, double received) {
    static Figures of(String what, String way, int concurrency, int count, Relay.Bytes bytes) {
      return new Figures(
          what,
          way,
          concurrency,
          count,
          (double) bytes.sent() / count,
          (double) bytes.received() / count);
    }

    /** Returns these figures as a line of {@code --json}. */
    JsonObject toJson() {
      return new JsonObject()
          .put("bench", "link")
          .put("part", "bytes")
          .put("what", what)
          .put("system", way)
          .put("concurrency", concurrency)
          .put("count", count)
          .put("sent_bytes", Math.round(sent))
          .put("received_bytes", Math.round(received));
    }
  }

  Traffic(LinkedSites sites, List<UUID> users) {
    this.sites = sites;
    this.users = users;
  }

  /** Counts. Blocks. */
  List<Figures> run() {
    var figures = new ArrayList<Figures>();
    var placed = sites.await("an order", () -> order(Route.HTTPS_KEPT)).body().getString("id");
    IntFunction<Future<?>> linkCall = number -> read(Route.EDGE, placed);
    IntFunction<Future<?>> linkOrder = number -> order(Route.EDGE);
    figures.add(linked(CALL, 1, LinkLimits.COUNTED, linkCall));
    figures.add(linked(CALL, LinkLimits.TOGETHER, LinkLimits.COUNTED_TOGETHER, linkCall));
    figures.add(https(CALL, Route.HTTPS_KEPT, number -> read(Route.HTTPS_KEPT, placed)));
    figures.add(https(CALL, Route.HTTPS_NEW, number -> read(Route.HTTPS_NEW, placed)));
    figures.add(linked(ORDER, 1, LinkLimits.COUNTED, linkOrder));
    figures.add(linked(ORDER, LinkLimits.TOGETHER, LinkLimits.COUNTED_TOGETHER, linkOrder));
    figures.add(https(ORDER, Route.HTTPS_KEPT, number -> order(Route.HTTPS_KEPT)));
    figures.add(https(ORDER, Route.HTTPS_NEW, number -> order(Route.HTTPS_NEW)));
    figures.add(idle());
    return figures;
  }

  private Figures linked(String what, int atATime, int count, IntFunction<Future<?>> task) {
    for (int i = 0; i < LinkLimits.TRIES_MAX; i++) {
      long before = sites.count(false, JOURNALED);
      var bytes = counted(sites.link(), atATime, count, task);
      if (sites.count(false, JOURNALED) == before) {
        return Figures.of(what, "link", atATime, count, bytes);
      }
      // The hub took longer than an edge waits, so that orders did not go over the link.
      sites.heal();
    }
    throw new LabException("the edge works alone again and again: this machine is too busy");
  }

  private Figures https(String what, Route route, IntFunction<Future<?>> task) {
    boolean kept = route == Route.HTTPS_KEPT;
    int count = kept ? LinkLimits.COUNTED : LinkLimits.COUNTED_NEW;
    var bytes = counted(sites.https(), 1, count, task);
    return Figures.of(what, kept ? "https" : "https-new", 1, count, bytes);
  }

  private Relay.Bytes counted(Relay relay, int atATime, int count, IntFunction<Future<?>> task) {
    int uncounted = Math.max(LinkLimits.UNCOUNTED, atATime);
    sites.await("what is not counted", () -> Series.of(uncounted, atATime, task));
    var before = relay.bytes();
    sites.await("what is counted", () -> Series.of(count, atATime, task));
    return relay.bytes().since(before);
  }

  private Figures idle() {
    var before = sites.link().bytes();
    Patience.pause(LinkLimits.IDLE);
    var bytes = sites.link().bytes().since(before);
    return Figures.of("second of rest", "link", 0, (int) LinkLimits.IDLE.toSeconds(), bytes);
  }

  /** The order is one that only the hub has. */
  private Future<Answer> read(Route route, String id) {
    return expected(Set.of(OK), sites.get(route, "/v1/orders/" + id));
  }

  private Future<Answer> order(Route route) {
    var purchase = Purchase.of(run, users, orders++);
    return expected(
        Set.of(CREATED, ACCEPTED),
        sites.post(route, "/v1/orders", purchase.key(), purchase.body()));
  }

  private static Future<Answer> expected(Set<Integer> statuses, Future<Answer> answer) {
    return answer.map(
        told -> {
          if (!statuses.contains(told.status())) {
            throw new LabException(told + " (expected: " + statuses + ")");
          }
          return told;
        });
  }

  /** Prints the figures, each with its like over the link, one at a time. */
  static void print(List<Figures> all, PrintWriter out) {
    var table = new Table("WHAT", "WAY", "AT A TIME", "SENT B", "RECEIVED B", "BOTH B", "RATIO");
    for (var each : all) {
      var link = all.stream().filter(f -> f.what().equals(each.what())).findFirst().orElse(each);
      double both = each.sent() + each.received();
      table.row(
          each.what(),
          each.way(),
          Integer.toString(each.concurrency()),
          whole(each.sent()),
          whole(each.received()),
          whole(both),
          String.format(Locale.ROOT, "%.2fx", both / (link.sent() + link.received())));
    }
    table.print(out);
  }

  private static String whole(double figure) {
    return String.format(Locale.ROOT, "%,.0f", figure);
  }
}
