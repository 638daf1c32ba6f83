package io.weft.lab.link;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.weft.lab.LabException;
import io.weft.lab.Patience;
import io.weft.lab.link.LinkedSites.Answer;
import io.weft.lab.link.LinkedSites.Route;
import io.weft.lab.order.Purchase;
import io.weft.mesh.time.Ticker;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/**
 * Orders that an edge takes while it is cut off, and how long it takes from healing until the hub
 * has decided on all of them.
 */
final class Drain {
  private static final int CREATED = 201;
  private static final int ACCEPTED = 202;
  private static final String ORDERS = "select count(*) from orders.orders";
  private static final String PURSES = "select count(*) from orders.purses where granted > 0";

  private final LinkedSites sites;
  private final List<UUID> users;
  private final int orders;
  private final Ticker ticker = Ticker.system();
  private final String run = Purchase.run();

  /**
   * What was seen.
   *
   * @param orders placed while cut off
   * @param promised how many of them the journal holds as promised
   * @param filledSeconds how long they took to be placed
   * @param linkedSeconds from healing until the first of them was brought
   * @param drainedSeconds from healing until the last of them was
   * @param errors orders that are not at the hub, or in dispute
   */
  record Figures(
      int orders,
      long promised,
      double filledSeconds,
      double linkedSeconds,
      double drainedSeconds,
      long errors) {
    /** Returns these figures as a line of {@code --json}. */
    JsonObject toJson() {
      return new JsonObject()
          .put("bench", "link")
          .put("part", "drain")
          .put("orders", orders)
          .put("promised", promised)
          .put("filled_ms", Math.round(1_000 * filledSeconds))
          .put("first_ms", Math.round(1_000 * linkedSeconds))
          .put("drained_ms", Math.round(1_000 * drainedSeconds))
          .put("errors", errors);
    }

    /** Prints these figures. */
    void print(PrintWriter out) {
      double bringing = drainedSeconds - linkedSeconds;
      out.printf(
          "%,d orders of %d users placed in %.1f s while cut off (%,.0f per second), %,d of them"
              + " promised%n",
          orders, LinkLimits.USERS, filledSeconds, orders / filledSeconds, promised);
      out.printf(
          "the first at the hub %.1f s after healing, the last %.1f s after healing: %,.0f per"
              + " second in between; %d not there%n",
          linkedSeconds, drainedSeconds, orders / Math.max(bringing, 1e-3), errors);
    }
  }

  Drain(LinkedSites sites, List<UUID> users, int orders) {
    this.sites = sites;
    this.users = users;
    this.orders = orders;
  }

  /** Measures. Blocks; leaves the edge linked. */
  Figures run() {
    fillPurses();
    long before = sites.count(true, ORDERS);
    sites.cut(users.get(0)); // By one order more.
    long promisedAlready = promised(journal());
    long beginNanos = ticker.nanos();
    sites.await(
        "orders while cut off",
        LinkLimits.FILLED_MAX,
        () -> Series.of(orders, LinkLimits.ORDERS_AT_A_TIME, this::order));
    double filled = secondsSince(beginNanos);
    var full = journal();
    sites.link().heal();
    long healedNanos = ticker.nanos();
    long waiting = full.getLong("waiting");
    double first = until(healedNanos, waiting - 1);
    double drained = until(healedNanos, 0);
    sites.heal();
    long there = sites.count(true, ORDERS) - before - 1;
    long disputed = journal().getLong("disputed");
    return new Figures(
        orders,
        promised(full) - promisedAlready,
        filled,
        first,
        drained,
        orders - there + disputed);
  }

  private static long promised(JsonObject journal) {
    return journal.getLong("promised");
  }

  /** Has the edge hold some of everybody's credit, as of whoever orders there. */
  private void fillPurses() {
    sites.await(
        "orders while linked",
        () -> Series.of(users.size(), 1, number -> order(number - users.size())));
    Patience.until(
        "the edge holds some of everybody's credit",
        LinkLimits.PATIENCE,
        LinkLimits.LOOK,
        () -> sites.count(false, PURSES) >= users.size());
  }

  private Future<Answer> order(int number) {
    var purchase = Purchase.of(run, users, number);
    return sites
        .post(Route.EDGE, "/v1/orders", purchase.key(), purchase.body())
        .map(
            answer -> {
              if (answer.status() != CREATED && answer.status() != ACCEPTED) {
                throw new LabException(answer + " (expected: an order)");
              }
              return answer;
            });
  }

  /** Returns how long after healing no more than so many orders waited. */
  private double until(long healedNanos, long most) {
    Patience.until(
        "the journal is brought to the hub",
        LinkLimits.DRAINED_MAX,
        LinkLimits.LOOK,
        () -> journal().getLong("waiting") <= most);
    return secondsSince(healedNanos);
  }

  private JsonObject journal() {
    return sites.journal().orElseThrow(() -> new LabException("the edge does not tell of orders"));
  }

  private double secondsSince(long beginNanos) {
    return Duration.ofNanos(ticker.nanos() - beginNanos).toMillis() / 1e3;
  }
}
