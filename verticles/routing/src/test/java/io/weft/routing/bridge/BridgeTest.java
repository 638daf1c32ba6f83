package io.weft.routing.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.json.JsonObject;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.TraceContext;
import io.weft.mesh.bus.BusMesh;
import io.weft.mesh.time.VirtualTime;
import io.weft.routing.Await;
import io.weft.routing.BridgeSocket;
import io.weft.routing.GatewayFixture;
import io.weft.routing.RoutingLimits;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The bridge over a raw WebSocket, as any client in any language may use it. */
class BridgeTest {
  private static final String ID = GatewayFixture.ID;
  private static final JsonObject GET = new JsonObject().put("id", ID);
  private static final JsonObject ORDER =
      new JsonObject()
          .put("userId", ID)
          .put("currency", "EUR")
          .put(
              "lines",
              new io.vertx.core.json.JsonArray()
                  .add(new JsonObject().put("sku", "A").put("quantity", 1).put("unitPrice", 5)));
  private static GatewayFixture gateway;

  @BeforeAll
  static void start() {
    gateway = new GatewayFixture();
  }

  @AfterAll
  static void stop() {
    gateway.close();
  }

  @BeforeEach
  void forget() {
    gateway.calls.clear();
    gateway.answers.clear();
  }

  private static JsonObject problem(JsonObject frame) {
    assertEquals("err", frame.getString("type"), frame.encode());
    return new JsonObject(frame.getString("message"));
  }

  private static void refused(JsonObject frame, int code, String problemCode) {
    assertEquals("reply-1", frame.getString("address"), frame.encode());
    assertEquals(code, frame.getInteger("failureCode"), frame.encode());
    assertEquals(problemCode, problem(frame).getString("code"));
    assertEquals(List.of(), gateway.calls, "nothing may reach a service");
  }

  @Test
  void aMessageReachesTheOperationAndItsReplyComesBack() {
    gateway.answer("users.get", "{\"id\":\"u\",\"version\":12}");
    var client = BridgeSocket.connect(gateway);
    var frame = client.ask("users.get", GET);
    assertEquals("rec", frame.getString("type"), frame.encode());
    assertEquals("reply-1", frame.getString("address"));
    assertEquals(new JsonObject().put("id", "u").put("version", 12), frame.getJsonObject("body"));
    assertNull(frame.getJsonObject("headers"));
    assertEquals(GET.encode(), gateway.called().raw());
  }

  @Test
  void aMessageIsTheSpanThatHoldsWhatIsCalledForIt() {
    var trace = TraceContext.parse("00-2bf7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    var client = BridgeSocket.connect(gateway);
    client.send("users.get", GET, new JsonObject().put("traceparent", trace.traceparent()));
    client.next();

    var store = ((BusMesh) gateway.mesh).spans().store();
    Await.until(gateway.vertx, () -> store.trace(trace.high(), trace.low()).spans().size() == 4);
    var spans = store.trace(trace.high(), trace.low()).spans();
    var root = spans.stream().filter(s -> s.parent() == trace.span()).findFirst().orElseThrow();
    assertEquals("bridge users.get", root.name());
    assertTrue(spans.stream().anyMatch(span -> span.parent() == root.span()));
  }

  @Test
  void aCommandTakesItsKeyFromTheHeaders() {
    gateway.answers.put(
        "orders.place",
        (called, call) -> {
          call.markReplayed();
          return Future.succeededFuture(Buffer.buffer("{\"id\":\"o\"}"));
        });
    var client = BridgeSocket.connect(gateway);
    client.send("orders.place", ORDER, new JsonObject().put("idempotency-key", "k-9"));
    var frame = client.next();
    assertEquals("k-9", gateway.called().call().key());
    assertEquals(
        "true", frame.getJsonObject("headers").getString("Idempotency-Replayed"), frame.encode());
  }

  @Test
  void aCommandThatNeedsAKeyIsRefusedWithoutOne() {
    refused(
        BridgeSocket.connect(gateway).ask("orders.place", ORDER), 400, "idempotency_key.missing");
  }

  @Test
  void aBodyIsCheckedLikeThatOfAnHttpRequest() {
    var client = BridgeSocket.connect(gateway);
    var order = ORDER.copy();
    order.getJsonArray("lines").getJsonObject(0).put("quantity", 0);
    client.send("orders.place", order, new JsonObject().put("Idempotency-Key", "k"));
    var frame = client.next();
    refused(frame, 400, "request.invalid");
    assertEquals(
        "/lines/0/quantity",
        problem(frame).getJsonArray("errors").getJsonObject(0).getString("pointer"));
    refused(client.ask("users.get", new JsonObject()), 400, "request.invalid");
    refused(client.ask("users.get", null), 400, "request.invalid");
    refused(client.ask("users.get", "text"), 400, "request.invalid");
    refused(client.ask("users.get", GET.copy().put("x", 1)), 400, "request.invalid");
    refused(client.ask("users.update", GET.copy().put("name", "A")), 400, "request.invalid");
    refused(client.ask("users.update", GET.copy().put("version", 3)), 400, "request.invalid");
  }

  @Test
  void theVersionIsAFieldOfTheMessage() {
    var client = BridgeSocket.connect(gateway);
    var change = GET.copy().put("version", 3).put("name", "A");
    assertEquals("rec", client.ask("users.update", change).getString("type"));
    assertEquals(change, gateway.called().request());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "users.reserve",
        "users.release",
        "routing.check",
        "weft.announcements",
        "weft.local.0",
        "",
        "users.get ",
        "__vertx.ha"
      })
  void anAddressThatIsNotInTheContractIsUnknown(String address) {
    refused(BridgeSocket.connect(gateway).ask(address, GET), 404, "address.unknown");
  }

  @ParameterizedTest
  @ValueSource(strings = {"publish", "register", "unregister"})
  void onlySendingIsForClients(String type) {
    var client = BridgeSocket.connect(gateway);
    client.write(
        new JsonObject().put("type", type).put("address", "users.get").put("body", GET).encode());
    var frame = client.next();
    assertEquals(403, frame.getInteger("failureCode"), frame.encode());
    assertEquals("users.get", frame.getString("address"));
    assertEquals("access_denied", frame.getString("body"));
    assertEquals(List.of(), gateway.calls);
  }

  @Test
  void failuresCarryTheStatusAndTheProblem() {
    gateway.fail("users.get", new MeshFailure.Application("user.not_found", "no such user"));
    var client = BridgeSocket.connect(gateway);
    var frame = client.ask("users.get", GET);
    assertEquals(404, frame.getInteger("failureCode"));
    assertEquals("RECIPIENT_FAILURE", frame.getString("failureType"));
    assertEquals("user.not_found", problem(frame).getString("code"));
    gateway.fail("users.get", new MeshFailure.Expired("late"));
    assertEquals("TIMEOUT", client.ask("users.get", GET).getString("failureType"));
    var away = client.ask("orders.list", new JsonObject());
    assertEquals(503, away.getInteger("failureCode"));
    assertEquals("NO_HANDLERS", away.getString("failureType"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "[]",
        "{",
        "{}",
        "{\"type\":7}",
        "{\"type\":\"dance\"}",
        "null",
        "{\"type\":\"send\",\"headers\":7}",
        "{\"type\":\"send\",\"address\":{}}",
        "{\"type\":\"send\"}{}",
        "{\"type\":\"send\",\"type\":\"ping\"}",
        "{\"type\":\"send\",\"body\":{},\"body\":{}}",
        "{\"type\":\"send\",\"address\":\"\\ud800\"}",
        "{\"type\":\"reply\",\"address\":\"reply-1\",\"body\":{}}",
        "\u0000"
      })
  void aMalformedMessageGetsAnErrorAndTheConversationGoesOn(String message) {
    var client = BridgeSocket.connect(gateway);
    client.write(message);
    var frame = client.next();
    assertTrue(frame.getInteger("failureCode") >= 400, frame.encode());
    assertFalse(frame.getString("body").isEmpty());
    assertEquals("rec", client.ask("users.get", GET).getString("type"));
  }

  @Test
  void aReplyAddressThatIsTooLongIsRefused() {
    var client = BridgeSocket.connect(gateway);
    client.write(
        new JsonObject()
            .put("type", "send")
            .put("address", "users.get")
            .put("body", GET)
            .put("replyAddress", "r".repeat(RoutingLimits.BRIDGE_ADDRESS_MAX_CHARS + 1))
            .encode());
    assertEquals("message.invalid", problem(client.next()).getString("code"));
  }

  @Test
  void aReplyGoesToWhoAskedEvenWhenAnotherUsesItsAddress() {
    Promise<Buffer> first = Promise.promise();
    gateway.answers.put("users.get", (called, call) -> first.future());
    var client = BridgeSocket.connect(gateway);
    client.send("users.get", GET, new JsonObject());
    var other = BridgeSocket.connect(gateway);
    assertEquals("address.unknown", problem(other.ask("reply-1", GET)).getString("code"));
    gateway.answer("users.list", "{\"of\":\"other\"}");
    assertEquals("other", other.ask("users.list", null).getJsonObject("body").getString("of"));
    first.complete(Buffer.buffer("{\"of\":\"first\"}"));
    assertEquals("first", client.next().getJsonObject("body").getString("of"));
  }

  @Test
  void anAddressOfAReplyMayBeUsedAgainAndIsAnsweredAsOften() {
    var client = BridgeSocket.connect(gateway);
    for (int i = 0; i < 3; i++) {
      client.send("users.get", GET, new JsonObject());
    }
    for (int i = 0; i < 3; i++) {
      assertEquals("reply-1", client.next().getString("address"));
    }
  }

  @Test
  void deepAndHugeMessagesAreRefusedAndTheConversationGoesOn() {
    var client = BridgeSocket.connect(gateway);
    var huge = "x".repeat(1_000_000);
    var headers = new JsonObject();
    for (int i = 0; i <= RoutingLimits.BRIDGE_HEADERS_MAX; i++) {
      headers.put("h" + i, "x");
    }
    for (var message :
        List.of(
            "{\"type\":\"send\",\"address\":\"users.get\",\"body\":" + "[".repeat(100_000),
            "{\"type\":\"ping\",\"other\":" + "{\"a\":".repeat(100_000),
            "{\"type\":\"" + huge + "\"}",
            "{\"type\":\"send\",\"address\":\"" + huge + "\"}",
            "{\"type\":\"send\",\"address\":\"users.get\",\"body\":{\"id\":\"" + huge + "\"}}",
            "{\"type\":\"send\",\"address\":\"users.get\",\"headers\":{\"Authorization\":\"Bearer "
                + huge
                + "\"}}",
            "{\"type\":\"send\",\"address\":\"users.get\",\"headers\":" + headers + "}",
            "{\"type\":\"send\",\"address\":\"users.get\",\"body\":1"
                + "0".repeat(900_000)
                + "}")) {
      client.write(message);
      var frame = client.next();
      assertTrue(frame.getInteger("failureCode") < 500, frame.encode());
      assertTrue(frame.encode().length() < 2_000, frame.encode());
    }
    assertEquals(List.of(), gateway.calls);
    assertEquals("rec", client.ask("users.get", GET).getString("type"));
  }

  @Test
  void noWebSocketIsCompressed() {
    var socket =
        Await.result(
            gateway.onLoop(
                () ->
                    gateway
                        .keep(
                            gateway.vertx.createWebSocketClient(
                                new WebSocketClientOptions()
                                    .setTryUsePerMessageCompression(true)
                                    .setTryUsePerFrameCompression(true)))
                        .connect(gateway.port, "127.0.0.1", "/eventbus/websocket")));
    assertNull(socket.headers().get("Sec-WebSocket-Extensions"));
  }

  @Test
  void pingsAreTakenInSilence() {
    var client = BridgeSocket.connect(gateway);
    client.write("{\"type\":\"ping\"}");
    assertEquals("rec", client.ask("users.get", GET).getString("type"));
  }

  @Test
  void aClientThatTalksNonsenseForTooLongIsCutOff() {
    var client = BridgeSocket.connect(gateway);
    for (int i = 0; i <= RoutingLimits.BRIDGE_FAULTS_MAX + 10; i++) {
      client.socket.writeTextMessage("nonsense");
    }
    assertEquals((short) 1008, Await.result(client.closed));
  }

  @Test
  void aMessageOverTheLimitEndsTheConversation() {
    var client = BridgeSocket.connect(gateway);
    client.socket.writeTextMessage("x".repeat(RoutingLimits.BRIDGE_MESSAGE_MAX_BYTES + 1));
    Await.result(client.closed);
    assertEquals(List.of(), gateway.calls);
  }

  @Test
  void noMoreCallsRunThanTheLimit() {
    Promise<Buffer> held = Promise.promise();
    gateway.answers.put("users.get", (called, call) -> held.future());
    var client = BridgeSocket.connect(gateway);
    for (int i = 0; i < RoutingLimits.BRIDGE_CALLS_MAX; i++) {
      client.send("users.get", GET, new JsonObject());
    }
    var frame = client.ask("users.get", GET);
    assertEquals(429, frame.getInteger("failureCode"), frame.encode());
    held.complete(Buffer.buffer("{}"));
    for (int i = 0; i < RoutingLimits.BRIDGE_CALLS_MAX; i++) {
      assertEquals("rec", client.next().getString("type"));
    }
    assertEquals("rec", client.ask("users.get", GET).getString("type"));
  }

  @Test
  void pagesOfOtherSitesAreRefused() {
    for (var origin : List.of("https://evil.example", "null", "http://127.0.0.1")) {
      var failure =
          Await.failure(gateway.onLoop(() -> BridgeSocket.connected(gateway, "Origin", origin)));
      assertEquals(403, ((UpgradeRejectedException) failure).getStatus(), origin);
    }
    BridgeSocket.connect(gateway, "Origin", "http://127.0.0.1:" + gateway.port);
    BridgeSocket.connect(gateway, "Origin", "https://shop.example");
  }

  @Test
  void sockJsIsSpokenAndNothingComesFromOtherHosts() {
    var info = gateway.get("/eventbus/info");
    assertEquals(200, info.status());
    assertEquals(true, info.json().getBoolean("websocket"));
    assertEquals(404, gateway.get("/eventbus/iframe.html").status());
    assertEquals(404, gateway.get("/eventbus/0/abc/htmlfile?c=x").status());
    assertEquals(404, gateway.get("/eventbus/0/abc/jsonp?c=x").status());
  }

  @Test
  void whatIsSpentComesBackOneByOneUpToTheMost() {
    var time = new VirtualTime(1);
    var faults = new Allowance(time, 3, Duration.ofSeconds(1));
    for (int i = 0; i < 3; i++) {
      assertTrue(faults.spend());
    }
    assertFalse(faults.spend());
    time.advance(Duration.ofMillis(1_999));
    assertTrue(faults.spend());
    assertFalse(faults.spend());
    time.advance(Duration.ofMillis(1));
    assertTrue(faults.spend());
    assertFalse(faults.spend());
    time.advance(Duration.ofHours(1));
    for (int i = 0; i < 3; i++) {
      assertTrue(faults.spend());
    }
    assertFalse(faults.spend());
  }
}
