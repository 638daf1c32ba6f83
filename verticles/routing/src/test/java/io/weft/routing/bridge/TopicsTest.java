package io.weft.routing.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import io.weft.mesh.EventQuery;
import io.weft.routing.Await;
import io.weft.routing.BridgeSocket;
import io.weft.routing.EventLog;
import io.weft.routing.GatewayFixture;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients of the bridge that hear of topics, with a log in memory behind the gateway. */
class TopicsTest {
  private static final String ORDER = GatewayFixture.ID;
  private static final String USER = "00000000-0000-4000-8000-00000000000a";
  private static final JsonObject GET = new JsonObject().put("id", ORDER);

  private EventLog log;
  private GatewayFixture gateway;
  private String server;

  @BeforeEach
  void start() {
    log = new EventLog();
    gateway = new GatewayFixture();
    server = serve();
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  private String serve() {
    return Await.result(gateway.vertx.deployVerticle(log.server(gateway.mesh)));
  }

  private BridgeSocket connect() {
    return BridgeSocket.connect(gateway);
  }

  /** Registers, and returns once that stands: the answer to a call sent later has come. */
  private static BridgeSocket register(BridgeSocket client, String topic, JsonObject headers) {
    client.write(message("register", topic).put("headers", headers));
    assertEquals("rec", client.ask("users.get", GET).getString("type"));
    return client;
  }

  private static JsonObject message(String type, String address) {
    return new JsonObject().put("type", type).put("address", address);
  }

  private long placed(String order, String user) {
    return log.append("orders.placed", order, user, "{\"total\":7}");
  }

  private static long position(JsonObject frame) {
    assertEquals("rec", frame.getString("type"), frame.encode());
    return frame.getJsonObject("body").getLong("position");
  }

  @Test
  void aRegisteredClientHearsOfEachEventFromThenOn() {
    placed(ORDER, USER);
    var client = register(connect(), "orders.placed", new JsonObject());
    placed(ORDER, USER);
    log.append("orders.confirmed", ORDER, USER, "{}");
    placed(ORDER, USER);
    assertEquals(
        new JsonObject()
            .put("type", "rec")
            .put("address", "orders.placed")
            .put(
                "body",
                new JsonObject()
                    .put("position", 2)
                    .put("topic", "orders.placed")
                    .put("aggregate", ORDER)
                    .put("owner", USER)
                    .put("at", "1970-01-01T00:00:02Z")
                    .put("body", new JsonObject().put("total", 7))),
        client.next());
    assertEquals(4, position(client.next()));
  }

  @Test
  void aClientHearsOfOneOwnerOrOneAggregateWhenItSaysSo() {
    var owner = register(connect(), "orders.placed", new JsonObject().put("owner", USER));
    var order = register(connect(), "orders.placed", new JsonObject().put("aggregate", ORDER));
    placed("another", "somebody else");
    placed("another", USER);
    placed(ORDER, "somebody else");
    assertEquals(2, position(owner.next()));
    assertEquals(3, position(order.next()));
  }

  @Test
  void manyClientsAreServedByOneStream() {
    var clients = new ArrayList<BridgeSocket>();
    for (int i = 0; i < 50; i++) {
      clients.add(register(connect(), i % 2 == 0 ? "orders.placed" : "orders.confirmed", null));
    }
    assertEquals(1, log.queries.size());
    assertEquals(
        Set.of("orders.placed", "orders.confirmed", "orders.rejected", "orders.cancelled"),
        Set.copyOf(log.queries.get(0).topics()));
    placed(ORDER, USER);
    log.append("orders.confirmed", ORDER, USER, "{}");
    for (int i = 0; i < 50; i++) {
      assertEquals(1 + i % 2, position(clients.get(i).next()));
    }
    var none = log.open(0);
    for (int i = 0; i < 49; i++) {
      clients.get(i).leave();
    }
    clients.get(49).write(message("unregister", "orders.confirmed"));
    Await.result(none);
  }

  @Test
  void whoUnregistersHearsNoMore() {
    var client = register(connect(), "orders.placed", null);
    client.write(message("unregister", "orders.placed"));
    register(client, "orders.confirmed", null);
    placed(ORDER, USER);
    log.append("orders.confirmed", ORDER, USER, "{}");
    assertEquals(2, position(client.next()));
  }

  @Test
  void aSecondRegistrationTakesThePlaceOfTheFirst() {
    var client = register(connect(), "orders.placed", new JsonObject().put("owner", "nobody"));
    register(client, "orders.placed", new JsonObject().put("owner", USER));
    placed(ORDER, "nobody");
    placed(ORDER, USER);
    assertEquals(2, position(client.next()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"send", "publish"})
  void nobodySendsToATopic(String type) {
    var client = register(connect(), "orders.placed", null);
    client.write(message(type, "orders.placed").put("body", GET));
    var frame = client.next();
    assertEquals(403, frame.getInteger("failureCode"), frame.encode());
    assertEquals("access_denied", frame.getString("body"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"orders.events", "users.registered", "orders.get", "", "x"})
  void whatTheContractDoesNotPermitIsRefused(String topic) {
    var client = connect();
    client.write(message("register", topic));
    assertEquals(403, client.next().getInteger("failureCode"));
    client.write(message("unregister", topic));
    assertEquals(403, client.next().getInteger("failureCode"));
    assertEquals(List.<EventQuery>of(), log.queries);
  }

  @Test
  void aServiceThatIsAwayIsToldAndMayBeAskedAgain() {
    Await.result(gateway.vertx.undeploy(server));
    var client = connect();
    client.write(message("register", "orders.placed"));
    var frame = client.next();
    assertEquals(503, frame.getInteger("failureCode"), frame.encode());
    assertEquals("orders.placed", frame.getString("address"));
    serve();
    register(client, "orders.placed", null);
    placed(ORDER, USER);
    assertEquals(1, position(client.next()));
  }

  @Test
  void nothingIsMissedWhenTheInstanceThatServesTheEventsStops() {
    var client = register(connect(), "orders.placed", null);
    placed(ORDER, USER);
    assertEquals(1, position(client.next()));
    Await.result(gateway.vertx.undeploy(server));
    placed(ORDER, USER);
    serve();
    placed(ORDER, USER);
    assertEquals(2, position(client.next()));
    assertEquals(3, position(client.next()));
  }

  @Test
  void whereSomethingMayHaveBeenMissedTheClientIsTold() {
    var client = register(connect(), "orders.placed", null);
    Await.result(gateway.vertx.undeploy(server));
    placed(ORDER, USER);
    serve();
    var frame = client.next();
    assertEquals("topic.interrupted", frame.getString("body"), frame.encode());
    assertEquals("orders.placed", frame.getString("address"));
    placed(ORDER, USER);
    assertEquals(2, position(client.next()));
  }

  @Test
  void aClientThatReadsTooSlowlyIsToldAndHearsNoMore() {
    var slow = register(connect(), "orders.placed", null);
    var quick = register(connect(), "orders.placed", null);
    slow.pause();
    var body = "{\"note\":\"" + "x".repeat(32 * 1024) + "\"}";
    int count = 1_000;
    for (int i = 1; i <= count; i++) {
      log.append("orders.placed", ORDER, USER, body);
      assertEquals(i, position(quick.next()));
    }
    slow.resume();
    long last = 0;
    var frame = slow.next();
    while (frame.getString("type").equals("rec")) {
      assertEquals(++last, position(frame));
      frame = slow.next();
    }
    assertEquals("topic.read_too_slowly", frame.getString("body"), frame.encode());
    assertEquals("orders.placed", frame.getString("address"));
    assertTrue(last < count, last + " events were kept for it");
    assertEquals("rec", slow.ask("users.get", GET).getString("type"));
    register(slow, "orders.placed", null);
    placed(ORDER, USER);
    assertEquals(count + 1, position(slow.next()));
  }

  @Test
  void aGatewayThatStopsReadsNoMoreEvents() {
    register(connect(), "orders.placed", null);
    Await.result(log.open(1));
    Await.result(gateway.vertx.undeploy(gateway.instances.get(0)));
    Await.result(log.open(0));
  }

  @Test
  void aClientThatSaysNothingElseMayRegisterForAllTopics() {
    var client = connect();
    var topics =
        List.of("orders.placed", "orders.confirmed", "orders.rejected", "orders.cancelled");
    topics.forEach(topic -> client.write(message("register", topic)));
    assertEquals("rec", client.ask("users.get", GET).getString("type"));
    topics.forEach(topic -> log.append(topic, ORDER, USER, "{}"));
    for (int i = 1; i <= topics.size(); i++) {
      assertEquals(i, position(client.next()));
    }
    assertEquals(1, log.queries.size());
  }
}
