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
import io.vertx.core.net.NetSocket;
import io.weft.routing.Await;
import io.weft.routing.BridgeSocket;
import io.weft.routing.GatewayFixture;
import io.weft.routing.MovedTime;
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

  /** A client, what it was answered, and whether its connection was closed. */
  private record Client(NetSocket socket, Promise<Buffer> answered, Promise<Void> closed) {
    static Client of(GatewayFixture gateway) {
      Promise<Buffer> answered = Promise.promise();
      Promise<Void> closed = Promise.promise();
      var socket =
          Await.result(
              gateway.onLoop(
                  () ->
                      gateway
                          .keep(gateway.vertx.createNetClient())
                          .connect(gateway.port, "127.0.0.1")
                          .onSuccess(
                              open -> {
                                open.handler(answered::tryComplete);
                                open.closeHandler(end -> closed.tryComplete());
                              })));
      return new Client(socket, answered, closed);
    }

    boolean open() {
      return !closed.future().isComplete();
    }

    /** Moves the clock, a step after the other, and sends something each time, until it is cut. */
    void dripUntilClosed(MovedTime clock, String bytes) {
      long endNanos = System.nanoTime() + LONGEST.toNanos();
      while (open() && System.nanoTime() < endNanos) {
        clock.advance(STEP);
        Await.result(socket.write(bytes).otherwiseEmpty());
      }
      Await.result(closed.future());
    }
  }

  @Test
  void headersThatNeverEndCloseTheirConnectionHoweverManyBytesCome() {
    var clock = new MovedTime();
    try (var gateway = new GatewayFixture(Vertx.vertx(), 1, clock.time(), HTTP1)) {
      var client = Client.of(gateway);
      Await.result(client.socket().write("GET /health/live HTTP/1.1\r\nX: "));

      client.dripUntilClosed(clock, "a");

      assertFalse(client.answered().future().isComplete());
      clock.finish();
    }
  }

  @Test
  void theHeadersOfTheNextRequestMustEndToo() {
    var clock = new MovedTime();
    try (var gateway = new GatewayFixture(Vertx.vertx(), 1, clock.time(), HTTP1)) {
      var client = Client.of(gateway);
      Await.result(client.socket().write(LIVE));
      Await.result(client.answered().future());
      Await.result(client.socket().write("GET /health/live HTTP/1.1\r\nX: "));

      client.dripUntilClosed(clock, "a");
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
      var clients = new ArrayList<Client>();
      for (int i = 0; i < most; i++) {
        var client = Client.of(gateway);
        Await.result(client.socket().write(LIVE));
        Await.result(client.answered().future());
        clients.add(client);
      }
      Await.result(Client.of(gateway).closed().future());

      Await.result(clients.get(0).socket().close());

      assertTrue(anotherIsAnswered(gateway));
    }
  }

  /** It is not known when the gateway hears that a connection has gone. */
  private static boolean anotherIsAnswered(GatewayFixture gateway) {
    for (int i = 0; i < TRIES_MAX; i++) {
      var next = Client.of(gateway);
      Await.result(next.socket().write(LIVE).otherwiseEmpty());
      Await.result(Future.any(next.answered().future(), next.closed().future()));
      if (next.answered().future().isComplete()) {
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
