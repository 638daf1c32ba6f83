package io.weft.routing.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.json.JsonObject;
import io.weft.mesh.bus.BusMesh;
import io.weft.mesh.policy.Policies;
import io.weft.mesh.policy.TrafficPolicy;
import io.weft.routing.Await;
import io.weft.routing.EventLog;
import io.weft.routing.GatewayFixture;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Answers that real gateways keep for much longer than a test takes, and the events of a log in
 * memory by which they are dropped.
 */
class CacheEventsTest {
  private static final Duration KEEP = Duration.ofMinutes(10);
  private static final String ORDER = GatewayFixture.ID;
  private static final String OTHER = "7e2a2c6e-2b5d-4c1e-9a63-0d3f5b7c9e22";
  private static final String USER = "00000000-0000-4000-8000-00000000000a";
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int ROUNDS = 3;

  private final EventLog log = new EventLog();
  private GatewayFixture gateway;
  private String server;

  @BeforeEach
  void start() {
    start(1);
  }

  private void start(int instances) {
    gateway = new GatewayFixture(Vertx.vertx(), instances);
    var policy = ResponseCacheTest.policy(TrafficPolicy.NONE, KEEP);
    ((BusMesh) gateway.mesh).use(new Policies(1, policy, Map.of(), Map.of()));
    server = serve();
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  private String serve() {
    return Await.result(gateway.vertx.deployVerticle(log.server(gateway.mesh)));
  }

  /** Returns a client with one connection, and so of one instance. */
  private HttpClient client() {
    return gateway.keep(
        gateway.vertx.createHttpClient(
            new HttpClientOptions(), new PoolOptions().setHttp1MaxSize(1)));
  }

  private String get(HttpClient client, String path) {
    var got = gateway.send(client, HttpMethod.GET, path, Buffer.buffer());
    assertEquals(200, got.status(), got.body().toString());
    return got.json().getString("seen");
  }

  private static String order(String id) {
    return "/v1/orders/" + id;
  }

  private void answers(String text) {
    gateway.answer("orders.get", new JsonObject().put("seen", text).encode());
    gateway.answer("users.get", new JsonObject().put("seen", text).encode());
  }

  /** Tells of an order, always of the same user. */
  private void placed(String order) {
    log.append("orders.placed", order, USER, "{}");
  }

  /**
   * Asks until an answer was given again: an instance drops all when it begins to hear of events.
   */
  private void keeps(HttpClient client, String path) {
    soon(
        () -> {
          int before = gateway.calls.size();
          get(client, path);
          return gateway.calls.size() == before;
        });
  }

  /** Asks until the answer is this one: an event needs a moment to arrive. */
  private void comesToSay(HttpClient client, String path, String text) {
    soon(() -> text.equals(get(client, path)));
  }

  private static void soon(BooleanSupplier holds) {
    long endNanos = System.nanoTime() + PATIENCE.toNanos();
    while (!holds.getAsBoolean()) {
      assertTrue(System.nanoTime() < endNanos, "never");
    }
  }

  /**
   * Has events of an order told and heard of; an instance that begins to hear drops what it has but
   * once.
   */
  private void hears(HttpClient client, String path, String order) {
    for (int round = 1; round <= ROUNDS; round++) {
      var text = "round " + round;
      keeps(client, path);
      answers(text);
      placed(order);
      comesToSay(client, path, text);
    }
    keeps(client, path);
  }

  @Test
  void anEventDropsTheAnswerAtEveryInstance() {
    gateway.close();
    start(2);
    answers("before");
    var clients = List.of(client(), client());
    clients.forEach(client -> keeps(client, order(ORDER)));
    Await.result(log.open(2)); // Each of the two instances hears for itself.

    for (int round = 1; round <= ROUNDS; round++) {
      var text = "round " + round;
      clients.forEach(client -> keeps(client, order(ORDER)));
      answers(text);
      placed(ORDER);
      clients.forEach(client -> comesToSay(client, order(ORDER), text));
    }
  }

  @Test
  void anEventOfOrdersDropsWhatIsKeptOfTheirUser() {
    answers("before");
    hears(client(), "/v1/users/" + USER, ORDER);
  }

  @Test
  void anEventDropsAnAnswerThatIsOnItsWay() {
    var client = client();
    answers("before");
    hears(client, order(OTHER), OTHER);
    Promise<Buffer> held = Promise.promise();
    Promise<Void> asked = Promise.promise();
    gateway.answers.put(
        "orders.get",
        (called, call) -> {
          if (called.request().getString("id").equals(ORDER)) {
            asked.tryComplete();
            return held.future();
          }
          return Future.succeededFuture(Buffer.buffer("{\"seen\":\"after\"}"));
        });
    var old = gateway.start(client(), HttpMethod.GET, order(ORDER), Buffer.buffer());
    Await.result(asked.future());

    placed(ORDER);
    placed(OTHER);
    comesToSay(client, order(OTHER), "after"); // So what was told before it has been heard too.
    answers("new");
    held.complete(Buffer.buffer("{\"seen\":\"old\"}"));

    assertEquals("old", Await.result(old).json().getString("seen"));
    assertEquals("new", get(client, order(ORDER)));
  }

  @Test
  void eventsThatWereMissedDropTheirAnswersOnceTheyCanBeHadAgain() {
    var client = client();
    answers("before");
    hears(client, order(ORDER), ORDER);
    var kept = get(client, order(ORDER));
    Await.result(gateway.vertx.undeploy(server));
    placed(ORDER);
    answers("after");
    assertEquals(kept, get(client, order(ORDER)), "nobody could tell");

    serve();

    comesToSay(client, order(ORDER), "after");
  }
}
