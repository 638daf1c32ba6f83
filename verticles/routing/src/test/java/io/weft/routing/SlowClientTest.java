package io.weft.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.weft.mesh.time.Rng;
import io.weft.mesh.time.Ticker;
import io.weft.mesh.time.Time;
import io.weft.mesh.time.Timers;
import io.weft.mesh.time.WallClock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Clients that take their time, while the test moves the clock. */
class SlowClientTest {
  /** A clock that the test moves; its timers fire on the contexts that set them. */
  private static final class MovedTime {
    private record Due(long atNanos, Context context, Runnable task) {}

    private final AtomicLong moved = new AtomicLong();
    private volatile boolean over;
    private final Map<Object, Due> waiting = new ConcurrentHashMap<>();

    Time time() {
      Ticker ticker = moved::get;
      Timers timers =
          (delay, task) -> {
            if (over) {
              Vertx.currentContext().runOnContext(turn -> task.run());
              return () -> {};
            }
            var key = new Object();
            waiting.put(key, new Due(moved.get() + delay.toNanos(), Vertx.currentContext(), task));
            return () -> waiting.remove(key);
          };
      return new Time(ticker, timers, Rng.seeded(1), WallClock.system());
    }

    /** Lets whatever waits from now on wait no longer: the test is over, the gateway stops. */
    void finish() {
      over = true;
    }

    void advance(Duration by) {
      long now = moved.addAndGet(by.toNanos());
      waiting.forEach(
          (key, due) -> {
            if (due.atNanos <= now && waiting.remove(key) != null) {
              due.context.runOnContext(turn -> due.task.run());
            }
          });
    }
  }

  @Test
  void aBodyThatDoesNotComeIsGivenUpAndItsConnectionClosed() {
    var clock = new MovedTime();
    try (var gateway = new GatewayFixture(Vertx.vertx(), 1, clock.time())) {
      Promise<String> answered = Promise.promise();
      Promise<Void> closed = Promise.promise();
      var head =
          "POST /v1/users HTTP/1.1~Host: a~Content-Type: application/json~"
              + "Expect: 100-continue~Content-Length: 10~~";
      Promise<Void> continued = Promise.promise();
      Await.result(
          gateway.onLoop(
              () ->
                  gateway
                      .keep(gateway.vertx.createNetClient())
                      .connect(gateway.port, "127.0.0.1")
                      .compose(
                          socket -> {
                            socket.handler(
                                got -> {
                                  if (got.toString().startsWith("HTTP/1.1 100 ")) {
                                    continued.tryComplete();
                                  } else {
                                    answered.tryComplete(got.toString());
                                  }
                                });
                            socket.closeHandler(end -> closed.tryComplete());
                            return socket.write(Buffer.buffer(head.replace("~", "\r\n") + "{"));
                          })));
      Await.result(continued.future());
      clock.advance(RoutingLimits.BODY_TIMEOUT);
      var answer = Await.result(answered.future());
      assertTrue(answer.startsWith("HTTP/1.1 408 "), answer);
      assertTrue(answer.contains("body.too_slow"), answer);
      clock.advance(Duration.ofSeconds(1));
      Await.result(closed.future());
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
