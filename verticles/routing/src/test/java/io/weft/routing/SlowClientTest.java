package io.weft.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Clients that take their time, while the test moves the clock. */
class SlowClientTest {
  @Test
  void aBodyThatDoesNotComeIsGivenUpAndItsConnectionClosed() {
    var clock = new MovedTime();
    try (var gateway = new GatewayFixture(Vertx.vertx(), 1, clock.time())) {
      var head =
          "POST /v1/users HTTP/1.1~Host: a~Content-Type: application/json~"
              + "Expect: 100-continue~Content-Length: 10~Authorization: "
              + GatewayFixture.OPERATOR
              + "~~";
      var client = RawClient.connect(gateway).write(head.replace("~", "\r\n") + "{");
      Await.result(client.received("HTTP/1.1 100 "));
      Await.until(gateway.vertx, () -> clock.waits(RoutingLimits.BODY_TIMEOUT));
      clock.advance(RoutingLimits.BODY_TIMEOUT);
      Await.result(client.received("HTTP/1.1 408 "));
      Await.result(client.received("body.too_slow"));
      clock.advance(Duration.ofSeconds(1));
      Await.result(client.closed);
      assertEquals(List.of(), gateway.calls);
      clock.finish();
    }
  }

  @Test
  void aBridgeClientThatStaysSilentIsCutOffAndOneThatPingsIsNot() {
    var clock = new MovedTime();
    try (var gateway = new GatewayFixture(Vertx.vertx(), 1, clock.time())) {
      var socket =
          Await.result(
              gateway.onLoop(
                  () ->
                      gateway
                          .keep(gateway.vertx.createWebSocketClient())
                          .connect(gateway.port, "127.0.0.1", "/eventbus/websocket")));
      Promise<Short> closed = Promise.promise();
      Promise<String> heard = Promise.promise();
      socket.closeHandler(end -> closed.complete(socket.closeStatusCode()));
      socket.textMessageHandler(heard::tryComplete);
      // The answer to nonsense says that the gateway has heard all before it.
      clock.advance(RoutingLimits.BRIDGE_PING_TIMEOUT.minusSeconds(1));
      Await.result(socket.writeTextMessage("{\"type\":\"ping\"}"));
      Await.result(socket.writeTextMessage("nonsense"));
      Await.result(heard.future());
      clock.advance(Duration.ofSeconds(2));
      Promise<String> again = Promise.promise();
      socket.textMessageHandler(again::tryComplete);
      Await.result(socket.writeTextMessage("nonsense"));
      Await.result(again.future());
      clock.advance(RoutingLimits.BRIDGE_PING_TIMEOUT.plusSeconds(1));
      assertEquals((short) 1008, Await.result(closed.future()));
      assertEquals(200, gateway.send(HttpMethod.GET, "/health/live", "").status());
      clock.finish();
    }
  }
}
