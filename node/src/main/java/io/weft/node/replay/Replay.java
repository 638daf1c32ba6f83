package io.weft.node.replay;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.weft.mesh.Deadline;
import io.weft.mesh.time.Time;
import io.weft.node.replay.Gateways.Answer;
import io.weft.node.replay.Gateways.Request;
import io.weft.node.replay.OrderBook.Customer;
import io.weft.node.replay.OrderBook.Order;
import io.weft.node.replay.OrderBook.Total;
import java.io.PrintWriter;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A replay of a book of orders: customers become users, orders are placed, and what the API then
 * lists is compared with the book's totals to the cent.
 *
 * <p>Keys follow from the book alone, so a second run repeats the same commands and changes
 * nothing. Everything runs on one event loop.
 */
public final class Replay {
  private static final String CURRENCY = "USD";

  private final OrderBook book;
  private final Gateways gateways;
  private final Time time;
  private final PrintWriter out;
  private final Plan plan;
  private final Map<String, String> users = new LinkedHashMap<>();
  private final Map<String, Total> found = new LinkedHashMap<>();
  private final List<String> differences = new ArrayList<>();
  private int placed;
  private int replayed;
  private double ordersPerSecond;

  /**
   * What to replay, where and how.
   *
   * @param folder the book
   * @param gateways the base URLs of the HTTP gateways, at least one
   * @param authorities the PEM file of those by whom the gateways' certificates are; null for those
   *     that Java knows
   * @param token of an operator
   * @param concurrency requests at a time, 1 to {@link ReplayLimits#CONCURRENCY_MAX}
   * @param terminal whether progress may be drawn over itself
   */
  public record Plan(
      Path folder,
      List<URI> gateways,
      @Nullable Path authorities,
      String token,
      int concurrency,
      boolean terminal) {
    @Override
    public String toString() {
      return folder + " to " + gateways; // Without the token.
    }
  }

  /**
   * What came of a replay.
   *
   * @param users users that the customers became
   * @param orders orders that the API lists
   * @param totalMinor what they come to, in minor units
   * @param replays orders that had been placed before
   * @param retries requests that were repeated
   * @param ordersPerSecond how fast orders were placed
   * @param differences what is not as the book says; empty when all is right
   */
  public record Outcome(
      int users,
      int orders,
      long totalMinor,
      int replays,
      int retries,
      double ordersPerSecond,
      List<String> differences) {}

  private Replay(Vertx vertx, Time time, Plan plan, OrderBook book, PrintWriter out) {
    this.plan = plan;
    this.book = book;
    this.time = time;
    this.out = out;
    gateways = new Gateways(vertx, time, plan);
  }

  /**
   * Replays a book.
   *
   * @return what came of it; fails with {@link ReplayFailure} when it cannot be ended
   * @throws ReplayFailure if the book is not right
   */
  public static Future<Outcome> run(Vertx vertx, Time time, Plan plan, PrintWriter out) {
    var book = OrderBook.read(plan.folder());
    var ended = Promise.<Outcome>promise();
    vertx
        .getOrCreateContext()
        .runOnContext(
            go -> {
              var replay = new Replay(vertx, time, plan, book, out);
              replay.all().eventually(replay.gateways::close).onComplete(ended);
            });
    return ended.future();
  }

  private Future<Outcome> all() {
    announce();
    return each("users ", book.customers(), this::createUser)
        .compose(rate -> each("orders", book.orders(), this::placeOrder))
        .onSuccess(rate -> ordersPerSecond = rate)
        .compose(rate -> each("check ", book.customers(), this::readBack))
        .map(rate -> outcome());
  }

  private void announce() {
    out.printf(
        Locale.ROOT,
        "%s: %,d customers, %,d orders, %,d lines; %d at a time over %d gateways%n",
        book.name(),
        book.customers().size(),
        book.orders().size(),
        book.lines(),
        plan.concurrency(),
        plan.gateways().size());
    if (!book.totalsFromFile()) {
      out.println("no totals.csv: comparing with totals computed from the lines");
    }
    out.flush();
  }

  /** Does something for each item, a few at a time; returns how many per second. */
  private <T> Future<Double> each(String what, List<T> items, Function<T, Future<Void>> work) {
    var progress = new Progress(out, plan.terminal(), time.ticker(), what, items.size());
    var iterator = items.iterator();
    var workers = new ArrayList<Future<Void>>();
    for (int i = 0; i < plan.concurrency(); i++) {
      var worker = Promise.<Void>promise();
      next(iterator, work, progress, worker);
      workers.add(worker.future());
    }
    return Future.all(workers).map(done -> progress.perSecond());
  }

  // A promise rather than a chain of futures, which would grow with every item.
  private <T> void next(
      Iterator<T> items, Function<T, Future<Void>> work, Progress progress, Promise<Void> worker) {
    if (!items.hasNext()) {
      worker.complete();
      return;
    }
    work.apply(items.next())
        .onComplete(
            done -> {
              progress.step();
              next(items, work, progress, worker);
            },
            worker::fail);
  }

  private Future<Void> createUser(Customer customer) {
    var body =
        new JsonObject()
            .put("email", customer.email(book.name()))
            .put("name", customer.company())
            .put("currency", CURRENCY)
            .put(
                "creditLimit",
                Math.addExact(book.total(customer.code()).minor(), ReplayLimits.CREDIT_MARGIN));
    return gateways
        .send(Request.post("/v1/users", key("customer", customer.code()), body))
        .map(
            answer -> {
              users.put(customer.code(), idOf("customer " + customer.code(), answer));
              return null;
            });
  }

  private Future<Void> placeOrder(Order order) {
    var body =
        new JsonObject()
            .put("userId", userOf(order.customer()))
            .put("currency", CURRENCY)
            .put("lines", new JsonArray(order.lines()))
            .put("note", book.name() + " " + order.number());
    return gateways
        .send(Request.post("/v1/orders", key("order", order.number()), body))
        .compose(answer -> settled(order, answer))
        .map(
            settled -> {
              if (!"CONFIRMED".equals(settled.getString("status"))) {
                differences.add(
                    "order "
                        + order.number()
                        + ": "
                        + settled.getString("status")
                        + " "
                        + settled.getString("reason", "")
                        + " (expected: CONFIRMED)");
              }
              return null;
            });
  }

  private Future<JsonObject> settled(Order order, Answer answer) {
    var id = idOf("order " + order.number(), answer);
    placed++;
    replayed += answer.replayed() ? 1 : 0;
    // An answer kept from before may say PENDING of an order that was settled since.
    return "PENDING".equals(answer.body().getString("status"))
        ? poll(order, id, Deadline.after(time.ticker(), ReplayLimits.ITEM_TIMEOUT))
        : Future.succeededFuture(answer.body());
  }

  private Future<JsonObject> poll(Order order, String id, Deadline deadline) {
    return gateways
        .pause(ReplayLimits.POLL_INTERVAL)
        .compose(waited -> gateways.send(Request.get("/v1/orders/" + encoded(id))))
        .compose(
            answer -> {
              require("order " + order.number(), answer, 200);
              boolean pending = "PENDING".equals(answer.body().getString("status"));
              return pending && !deadline.expired()
                  ? poll(order, id, deadline)
                  : Future.succeededFuture(answer.body());
            });
  }

  private Future<Void> readBack(Customer customer) {
    found.put(customer.code(), Total.NONE);
    return page(customer, null, 1)
        .compose(done -> compareCredit(customer))
        .onSuccess(done -> compare(customer.code()));
  }

  private Future<Void> page(Customer customer, @Nullable String cursor, int number) {
    var path =
        "/v1/orders?userId="
            + encoded(userOf(customer.code()))
            + "&limit="
            + ReplayLimits.PAGE_SIZE
            + (cursor == null ? "" : "&cursor=" + encoded(cursor));
    return gateways
        .send(Request.get(path))
        .compose(
            answer -> {
              require("orders of " + customer.code(), answer, 200);
              for (var item : answer.body().getJsonArray("items")) {
                count(customer, (JsonObject) item);
              }
              var next = answer.body().getString("next");
              return next == null || number >= ReplayLimits.PAGES_MAX
                  ? Future.succeededFuture()
                  : page(customer, next, number + 1);
            });
  }

  private void count(Customer customer, JsonObject order) {
    if ("CONFIRMED".equals(order.getString("status"))) {
      found.computeIfPresent(customer.code(), (code, total) -> total.plus(order.getLong("total")));
    } else {
      differences.add(
          customer.code()
              + ": order "
              + order.getString("id")
              + " is "
              + order.getString("status")
              + " (expected: CONFIRMED)");
    }
  }

  // Credit reserved is what confirmed orders come to: each was reserved once.
  private Future<Void> compareCredit(Customer customer) {
    return gateways
        .send(Request.get("/v1/users/" + encoded(userOf(customer.code()))))
        .map(
            answer -> {
              require("user of " + customer.code(), answer, 200);
              long reserved = answer.body().getJsonObject("credit").getLong("reserved");
              long confirmed = found.getOrDefault(customer.code(), Total.NONE).minor();
              if (reserved != confirmed) {
                differences.add(
                    customer.code()
                        + ": credit reserved "
                        + reserved
                        + " (expected: "
                        + confirmed
                        + ", the sum of its confirmed orders)");
              }
              return null;
            });
  }

  private void compare(String code) {
    var expected = book.total(code);
    var actual = found.getOrDefault(code, Total.NONE);
    if (!expected.equals(actual)) {
      differences.add(
          code
              + ": "
              + actual.orders()
              + " orders, "
              + actual.minor()
              + " (expected: "
              + expected.orders()
              + " orders, "
              + expected.minor()
              + ")");
    }
  }

  private Outcome outcome() {
    int orders = 0;
    long minor = 0;
    for (var total : found.values()) {
      orders += total.orders();
      minor = Math.addExact(minor, total.minor());
    }
    var grand = book.grandTotal();
    if (orders != grand.orders() || minor != grand.minor()) {
      differences.add(
          "in all: "
              + orders
              + " orders, "
              + minor
              + " (expected: "
              + grand.orders()
              + " orders, "
              + grand.minor()
              + ")");
    }
    int distinctUsers = new TreeSet<>(users.values()).size();
    if (distinctUsers != book.customers().size() || placed != book.orders().size()) {
      differences.add(
          distinctUsers
              + " users and "
              + placed
              + " orders answered (expected: "
              + book.customers().size()
              + " and "
              + book.orders().size()
              + ")");
    }
    return new Outcome(
        distinctUsers,
        orders,
        minor,
        replayed,
        gateways.retries(),
        ordersPerSecond,
        List.copyOf(differences));
  }

  private String key(String kind, String id) {
    return "replay-" + book.name() + "-" + kind + "-" + id;
  }

  private String userOf(String customer) {
    var id = users.get(customer);
    if (id == null) {
      throw new ReplayFailure("customer " + customer + " has become no user");
    }
    return id;
  }

  private static String idOf(String what, Answer answer) {
    if (answer.status() != 201 && answer.status() != 202 && answer.status() != 200) {
      throw unexpected(what, answer, "201");
    }
    var id = answer.body().getString("id");
    if (id == null) {
      throw unexpected(what, answer, "an id");
    }
    return id;
  }

  private static void require(String what, Answer answer, int status) {
    if (answer.status() != status) {
      throw unexpected(what, answer, String.valueOf(status));
    }
  }

  private static ReplayFailure unexpected(String what, Answer answer, String expected) {
    return new ReplayFailure(
        what
            + ": "
            + answer.status()
            + " "
            + answer.body().encode()
            + " (expected: "
            + expected
            + ")");
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
