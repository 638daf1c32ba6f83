package io.weft.node.replay;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A gateway that keeps users and orders in memory, and does wrong what a test asks it to. */
final class StubGateway {
  /** What is done wrong, to each order or to the first. */
  enum Fault {
    /** It is placed, and the connection is cut before the answer. */
    CUT_AFTER,
    /** It is refused once, as overloaded. */
    OVERLOADED,
    /** It is refused once, as still in progress. */
    IN_PROGRESS,
    /** It is answered as pending, and confirmed later. */
    PENDING,
    /** It comes to a minor unit too much. */
    WRONG_TOTAL,
    /** It is placed anew although its key is known. */
    PLACED_TWICE,
    /** It is rejected. */
    REJECTED
  }

  final Map<String, JsonObject> users = new LinkedHashMap<>();
  final Map<String, JsonObject> orders = new LinkedHashMap<>();
  final Map<String, String> idByKey = new TreeMap<>();
  final List<String> paths = new ArrayList<>();
  private final Map<String, Integer> attempts = new TreeMap<>();
  private final List<Fault> faults;
  private final HttpServer server;
  private final String scheme;
  int running;
  int mostRunning;

  private StubGateway(HttpServer server, List<Fault> faults, String scheme) {
    this.server = server;
    this.scheme = scheme;
    this.faults = faults;
  }

  static Future<StubGateway> start(Vertx vertx, List<Fault> faults) {
    return start(vertx, faults, new HttpServerOptions());
  }

  static Future<StubGateway> start(Vertx vertx, List<Fault> faults, HttpServerOptions options) {
    var server = vertx.createHttpServer(options);
    var stub = new StubGateway(server, faults, options.isSsl() ? "https" : "http");
    return server
        .requestHandler(request -> request.body().onSuccess(body -> stub.handle(request, body)))
        .listen(0, "127.0.0.1")
        .map(stub);
  }

  URI url() {
    return URI.create(scheme + "://127.0.0.1:" + server.actualPort());
  }

  private void handle(HttpServerRequest request, Buffer body) {
    paths.add(request.method() + " " + request.path());
    mostRunning = Math.max(mostRunning, ++running);
    request.response().endHandler(ended -> running--);
    if (request.method().equals(HttpMethod.POST)) {
      var json = new JsonObject(body);
      if (request.path().equals("/v1/users")) {
        createUser(request, json);
      } else {
        placeOrder(request, json);
      }
    } else if (request.path().equals("/v1/orders")) {
      list(request);
    } else {
      var id = request.path().substring(request.path().lastIndexOf('/') + 1);
      get(request, id);
    }
  }

  private void createUser(HttpServerRequest request, JsonObject body) {
    var key = request.getHeader("Idempotency-Key");
    boolean known = idByKey.containsKey(key);
    var id = idByKey.computeIfAbsent(key, k -> "u" + (users.size() + 1));
    users.computeIfAbsent(id, i -> body.copy().put("id", id));
    reply(request, 201, known, new JsonObject().put("id", id));
  }

  private void placeOrder(HttpServerRequest request, JsonObject body) {
    var key = request.getHeader("Idempotency-Key");
    int attempt = attempts.merge(key, 1, Integer::sum);
    if (attempt == 1 && faults.contains(Fault.OVERLOADED)) {
      reply(request, 503, false, new JsonObject().put("code", "unavailable"));
      return;
    }
    if (attempt == 1 && faults.contains(Fault.IN_PROGRESS)) {
      reply(request, 409, false, new JsonObject().put("code", "order.in_progress"));
      return;
    }
    boolean known = idByKey.containsKey(key) && !faults.contains(Fault.PLACED_TWICE);
    if (!known) {
      store(key, body);
    }
    if (attempt == 1 && faults.contains(Fault.CUT_AFTER)) {
      running--;
      request.connection().close();
      return;
    }
    var order = orders.get(idByKey.get(key));
    boolean pending = faults.contains(Fault.PENDING);
    reply(
        request,
        pending ? 202 : 201,
        known,
        pending ? order.copy().put("status", "PENDING") : order);
  }

  private void store(String key, JsonObject body) {
    var id = "o" + (orders.size() + 1);
    idByKey.put(key, id);
    long total = faults.contains(Fault.WRONG_TOTAL) && orders.isEmpty() ? 1 : 0;
    for (var item : body.getJsonArray("lines")) {
      var line = (JsonObject) item;
      long full =
          line.getLong("quantity")
              * line.getLong("unitPrice")
              * (10_000 - line.getLong("discountBps", 0L));
      total += (full + 5_000) / 10_000;
    }
    var status = faults.contains(Fault.REJECTED) ? "REJECTED" : "CONFIRMED";
    orders.put(id, body.copy().put("id", id).put("status", status).put("total", total));
  }

  private void list(HttpServerRequest request) {
    var user = request.getParam("userId");
    int from =
        request.getParam("cursor") == null ? 0 : Integer.parseInt(request.getParam("cursor"));
    var all = orders.values().stream().filter(o -> user.equals(o.getString("userId"))).toList();
    // Pages of two, however many are asked for: a page may end early.
    var page = all.subList(from, Math.min(all.size(), from + 2));
    reply(
        request,
        200,
        false,
        new JsonObject()
            .put("items", new JsonArray(page))
            .put("next", from + 2 < all.size() ? String.valueOf(from + 2) : null));
  }

  private void get(HttpServerRequest request, String id) {
    var order = orders.get(id);
    if (order != null) {
      reply(request, 200, false, order);
      return;
    }
    long reserved =
        orders.values().stream()
            .filter(o -> id.equals(o.getString("userId")))
            .filter(o -> "CONFIRMED".equals(o.getString("status")))
            .mapToLong(o -> o.getLong("total"))
            .sum();
    reply(
        request,
        200,
        false,
        new JsonObject().put("id", id).put("credit", new JsonObject().put("reserved", reserved)));
  }

  private static void reply(
      HttpServerRequest request, int status, boolean replayed, JsonObject body) {
    var response = request.response().setStatusCode(status);
    if (replayed) {
      response.putHeader("Idempotency-Replayed", "true");
    }
    response.end(body.toBuffer());
  }
}
