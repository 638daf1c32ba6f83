package io.weft.lab.chaos;

import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.weft.lab.chaos.FailoverClient.Request;
import io.weft.mesh.time.Rng;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a client placed orders for and what it was told, to be compared with what is there in the
 * end. For one event loop.
 */
final class Orders {
  private static final String CURRENCY = "EUR";
  private static final long CREDIT = 1_000_000_000_000L;

  private final FailoverClient client;
  private final String run = Rng.system().uuid().toString();
  private final List<String> users = new ArrayList<>();
  private final Map<String, Boolean> acknowledged = new HashMap<>();

  /**
   * What is there in the end.
   *
   * @param placed orders that the client wanted
   * @param unanswered those that it was never told of
   * @param lost those that were acknowledged and are not there
   * @param doubled those that are there more than once
   */
  record Found(long placed, long unanswered, long lost, long doubled) {}

  Orders(FailoverClient client) {
    this.client = client;
  }

  /** Creates the users who order. */
  Future<Void> createUsers() {
    Future<Void> created = Future.succeededFuture();
    for (int i = 0; i < ChaosLimits.USERS; i++) {
      var user =
          new JsonObject()
              .put("email", "u" + i + "@" + run + ".example")
              .put("name", "User " + i)
              .put("currency", CURRENCY)
              .put("creditLimit", CREDIT);
      var request = Request.post("/v1/users", run + "-user-" + i, user);
      created =
          created
              .compose(before -> client.insist(request))
              .onSuccess(answer -> users.add(answer.getString("id")))
              .mapEmpty();
    }
    return created;
  }

  /** Returns all of the users. */
  List<String> users() {
    return List.copyOf(users);
  }

  /** Returns one of the users. */
  String user(long number) {
    return users.get((int) (number % users.size()));
  }

  /** Returns how many orders were begun, which is the number of the next one. */
  long placed() {
    return acknowledged.size();
  }

  /** Places an order: at once, then once more, and then until it is answered. */
  Future<?> place(long number) {
    var key = run + "-" + number;
    var line = new JsonObject().put("sku", "A-1").put("quantity", 1).put("unitPrice", 100);
    var order =
        new JsonObject()
            .put("userId", user(number))
            .put("currency", CURRENCY)
            .put("note", key)
            .put("lines", new JsonArray().add(line));
    var request = Request.post("/v1/orders", key, order);
    acknowledged.put(key, false);
    return client
        .send(request)
        .recover(failure -> client.insist(request))
        .onSuccess(answer -> acknowledged.put(key, true));
  }

  /** Reads all orders back. */
  Future<Found> find() {
    var there = new HashMap<String, Integer>();
    Future<Void> read = Future.succeededFuture();
    for (var user : users) {
      read = read.compose(before -> page(user, null, there));
    }
    return read.map(all -> found(there));
  }

  private Future<Void> page(String user, @Nullable String cursor, Map<String, Integer> there) {
    var path = "/v1/orders?userId=" + user + "&limit=" + ChaosLimits.PAGE;
    return client
        .insist(Request.get(cursor == null ? path : path + "&cursor=" + cursor))
        .compose(
            answer -> {
              for (var item : answer.getJsonArray("items")) {
                there.merge(((JsonObject) item).getString("note"), 1, Integer::sum);
              }
              var next = answer.getString("next");
              return next == null ? Future.succeededFuture() : page(user, next, there);
            });
  }

  private Found found(Map<String, Integer> there) {
    long unanswered = acknowledged.values().stream().filter(told -> !told).count();
    long lost =
        acknowledged.entrySet().stream()
            .filter(each -> each.getValue() && !there.containsKey(each.getKey()))
            .count();
    long doubled = there.values().stream().filter(count -> count > 1).count();
    return new Found(acknowledged.size(), unanswered, lost, doubled);
  }
}
