package io.weft.lab.chaos;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonObject;
import io.weft.lab.chaos.FailoverClient.Request;
import io.weft.mesh.time.Time;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Holds what customers were told at all sites against what is at the hub in the end. For one event
 * loop.
 */
final class SiteAudit {
  private final Time time;
  private final FailoverClient hub;
  private final SiteShopping shopping;
  private final Findings findings;
  private final Map<String, List<JsonObject>> byNote = new HashMap<>();
  private final Map<String, Long> reserved = new HashMap<>();
  private final Map<String, Long> confirmed = new HashMap<>();
  private long over;

  SiteAudit(Time time, FailoverClient hub, SiteShopping shopping, Findings findings) {
    this.time = time;
    this.hub = hub;
    this.shopping = shopping;
    this.findings = findings;
  }

  /** Returns how often somebody's reserved credit was found above his limit. */
  long over() {
    return over;
  }

  /** Looks whether what is reserved of the credit of those who order is within their limit now. */
  Future<Void> credit() {
    return all(shopping.ordering(), this::credit);
  }

  /**
   * Looks at the credit of all customers, once {@link #run} has read the orders; returns what is
   * reserved of it beside the orders that are confirmed, in minor units.
   */
  Future<Long> besideOrders() {
    return all(shopping.users(), this::credit)
        .map(
            looked ->
                shopping.users().stream()
                    .mapToLong(user -> reserved.getOrDefault(user, 0L) - confirmed(user))
                    .sum());
  }

  private Future<Void> credit(String user) {
    return hub.insist(Request.get("/v1/users/" + user))
        .map(
            there -> {
              long held = there.getJsonObject("credit").getLong("reserved");
              reserved.put(user, held);
              if (held < 0 || held > shopping.limit(user)) {
                over++;
                findings.add(
                    Findings.Kind.API,
                    user + ": " + held + " reserved (limit: " + shopping.limit(user) + ")");
              }
              return null;
            });
  }

  /**
   * Reads all orders at the hub, again until what was confirmed has come there or its time is up,
   * and compares: a journal takes a moment to be brought.
   */
  Future<Void> run() {
    return read(time.ticker().nanos() + ChaosLimits.SETTLED_MAX.toNanos())
        .map(
            read -> {
              shopping.orders().forEach(this::compare);
              byNote.values().forEach(there -> there.forEach(this::addConfirmed));
              shopping.users().forEach(this::compareCredit);
              return null;
            });
  }

  private Future<Void> read(long untilNanos) {
    byNote.clear();
    return all(shopping.users(), user -> listed(user, null))
        .compose(
            read -> {
              if (shopping.orders().stream().noneMatch(this::isMissing)
                  || time.ticker().nanos() - untilNanos >= 0) {
                return Future.succeededFuture();
              }
              Promise<Void> waited = Promise.promise();
              time.timers().after(ChaosLimits.SETTLED_LOOK, waited::complete);
              return waited.future().compose(again -> read(untilNanos));
            });
  }

  private boolean isMissing(SiteOrder order) {
    return SiteOrder.CONFIRMED.equals(order.last())
        && byNote.getOrDefault(order.note(), List.of()).stream()
            .allMatch(each -> isBeside(each, order));
  }

  /**
   * Whether this is the same order as the hub has rejected it, whose answer was lost: what the site
   * has promised then is placed beside it, and stands (decision 0064).
   */
  private static boolean isBeside(JsonObject there, SiteOrder order) {
    return SiteOrder.CONFIRMED.equals(order.last())
        && there.getString("status").equals(SiteOrder.REJECTED)
        && there.getString("reason") != null
        && !there.getString("id").equals(order.id());
  }

  /** Returns how many orders were rejected at the hub, and promised by a site that did not know. */
  long beside() {
    return shopping.orders().stream()
        .filter(
            order ->
                byNote.getOrDefault(order.note(), List.of()).stream()
                    .anyMatch(each -> isBeside(each, order)))
        .count();
  }

  private static Future<Void> all(List<String> users, Function<String, Future<Void>> task) {
    Future<Void> done = Future.succeededFuture();
    for (var user : users) {
      done = done.compose(next -> task.apply(user));
    }
    return done;
  }

  private Future<Void> listed(String user, @Nullable String cursor) {
    var path = "/v1/orders?limit=" + ChaosLimits.PAGE + "&userId=" + user;
    return hub.insist(Request.get(cursor == null ? path : path + "&cursor=" + cursor))
        .compose(
            page -> {
              for (var item : page.getJsonArray("items")) {
                var order = (JsonObject) item;
                byNote
                    .computeIfAbsent(order.getString("note"), note -> new ArrayList<>())
                    .add(order);
              }
              var next = page.getString("next");
              return next == null ? Future.succeededFuture() : listed(user, next);
            });
  }

  private void compare(SiteOrder order) {
    var there = new ArrayList<>(byNote.getOrDefault(order.note(), List.of()));
    there.removeIf(each -> isBeside(each, order));
    if (there.size() > 1) {
      findings.add(Findings.Kind.DOUBLED, order + " is there " + there.size() + " times");
    }
    if (!order.acknowledged()) {
      compareRefused(order, there);
      return;
    }
    var last = order.last();
    if (order.open()) {
      findings.add(Findings.Kind.UNANSWERED, order.toString());
    }
    // What a site has refused for good need not be at the hub; what was confirmed must.
    if (isMissing(order)) {
      findings.add(Findings.Kind.LOST, order + " is not at the hub");
    }
    for (var each : there) {
      if (!each.getString("status").equals(last)) {
        findings.add(Findings.Kind.LOST, order + " is at the hub as " + each.encode());
      }
      if (!order.wanted().isIn(each, order.user())) {
        findings.add(Findings.Kind.LOST, order + " is another at the hub: " + each.encode());
      }
    }
  }

  /** What was refused may have come to the hub before, if it was rejected there. */
  private void compareRefused(SiteOrder order, List<JsonObject> there) {
    if (order.refusal() == null) {
      findings.add(Findings.Kind.UNANSWERED, order.toString());
      return;
    }
    for (var each : there) {
      if (!each.getString("status").equals(SiteOrder.REJECTED)) {
        findings.add(
            Findings.Kind.REFUSED,
            order + " was refused as " + order.refusal() + ", and is there: " + each.encode());
      }
    }
  }

  private void addConfirmed(JsonObject order) {
    if (order.getString("status").equals(SiteOrder.CONFIRMED)) {
      confirmed.merge(order.getString("userId"), order.getLong("total"), Long::sum);
    }
  }

  private long confirmed(String user) {
    return confirmed.getOrDefault(user, 0L);
  }

  private void compareCredit(String user) {
    if (confirmed(user) > shopping.limit(user)) {
      over++;
      findings.add(
          Findings.Kind.API,
          user + ": " + confirmed(user) + " confirmed (limit: " + shopping.limit(user) + ")");
    }
  }
}
