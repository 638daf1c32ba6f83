package io.weft.routing.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.weft.routing.Await;
import io.weft.routing.BridgeSocket;
import io.weft.routing.GatewayFixture;
import io.weft.routing.MovedTime;
import io.weft.routing.RawClient;
import io.weft.routing.RoutingLimits;
import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

/** Connections at a gateway over real TCP, while the test moves the clock. */
class ConnectionsTest {
  private static final String USER = "/v1/users/" + GatewayFixture.ID;
  private static final String LIVE = "GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n";
  private static final Duration STEP = Duration.ofSeconds(1);
  private static final Duration LONGEST = Duration.ofSeconds(20);
  private static final int TRIES_MAX = 1_000;
  private static final JsonObject HTTP1 = new JsonObject().put("h2c", "off");

  /** Moves the clock, a step after the other, and sends something each time, until it is cut. */
  private static void dripUntilClosed(RawClient client, MovedTime clock, String bytes) {
    long endNanos = System.nanoTime() + LONGEST.toNanos();
    while (!client.closed.isComplete() && System.nanoTime() < endNanos) {
      clock.advance(STEP);
      Await.result(client.socket.write(bytes).otherwiseEmpty());
    }
    Await.result(client.closed);
  }

  @Test
  void headersThatNeverEndCloseTheirConnectionHoweverManyBytesCome() {
    var clock = new MovedTime();
    try (var gateway = new GatewayFixture(Vertx.vertx(), 1, clock.time(), HTTP1)) {
      var client = RawClient.connect(gateway).write("GET /health/live HTTP/1.1\r\nX: ");

      dripUntilClosed(client, clock, "a");

      assertFalse(client.answered().isComplete());
      clock.finish();
    }
  }

  @Test
  void theHeadersOfTheNextRequestMustEndToo() {
    var clock = new MovedTime();
    try (var gateway = new GatewayFixture(Vertx.vertx(), 1, clock.time(), HTTP1)) {
      var client = RawClient.connect(gateway).write(LIVE);
      Await.result(client.answered());
      client.write("GET /health/live HTTP/1.1\r\nX: ");

      dripUntilClosed(client, clock, "a");
      clock.finish();
    }
  }

  @Test
  void aConnectionThatWaitsForItsAnswerIsLeftAlone() {
    var clock = new MovedTime();
    try (var gateway = new GatewayFixture(Vertx.vertx(), 1, clock.time(), HTTP1)) {
      Promise<Buffer> answer = Promise.promise();
      gateway.answers.put("users.get", (called, call) -> answer.future());
      var asked = gateway.start(HttpMethod.GET, USER, "");
      Await.until(gateway.vertx, () -> gateway.calls.size() == 1);

      letPass(clock, RoutingLimits.NEXT_REQUEST_TIMEOUT.multipliedBy(2));
      answer.complete(Buffer.buffer("{\"version\":1}"));

      assertEquals(200, Await.result(asked).status());
      clock.finish();
    }
  }

  @Test
  void aWebSocketIsLeftAlone() {
    var clock = new MovedTime();
    try (var gateway = new GatewayFixture(Vertx.vertx(), 1, clock.time(), HTTP1)) {
      var client = BridgeSocket.connect(gateway);
      var step = RoutingLimits.BRIDGE_PING_TIMEOUT.dividedBy(2);
      for (int i = 0; i < 8; i++) {
        ask(client);
        letPass(clock, step);
      }

      ask(client);
      clock.finish();
    }
  }

  @Test
  void anAddressHasSoManyConnectionsAndAnotherWhenOneOfThemHasGone() {
    int most = 3;
    var settings = HTTP1.copy().put("connectionsPerAddressMax", most);
    try (var gateway = new GatewayFixture(Vertx.vertx(), 1, settings)) {
      var clients = new ArrayList<RawClient>();
      for (int i = 0; i < most; i++) {
        var client = RawClient.connect(gateway).write(LIVE);
        Await.result(client.answered());
        clients.add(client);
      }
      Await.result(RawClient.connect(gateway).closed);

      Await.result(clients.get(0).socket.close());

      assertTrue(anotherIsAnswered(gateway));
    }
  }

  /** It is not known when the gateway hears that a connection has gone. */
  private static boolean anotherIsAnswered(GatewayFixture gateway) {
    for (int i = 0; i < TRIES_MAX; i++) {
      var next = RawClient.connect(gateway);
      Await.result(next.socket.write(LIVE).otherwiseEmpty());
      Await.result(Future.any(next.answered(), next.closed));
      if (next.answered().isComplete()) {
        return true;
      }
    }
    return false;
  }

  /** Shows that one is there and that the other is too, by its answer to what is no message. */
  private static void ask(BridgeSocket client) {
    Await.result(client.socket.writeTextMessage("{\"type\":\"ping\"}"));
    Await.result(client.socket.writeTextMessage("nonsense"));
    assertEquals("err", client.next().getString("type"));
  }

  private static void letPass(MovedTime clock, Duration time) {
    for (var past = Duration.ZERO; past.compareTo(time) < 0; past = past.plus(STEP)) {
      clock.advance(STEP);
    }
  }
}
