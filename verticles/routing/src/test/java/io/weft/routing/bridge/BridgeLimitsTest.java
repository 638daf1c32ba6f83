package io.weft.routing.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.core.metrics.MetricsOptions;
import io.vertx.core.spi.metrics.EventBusMetrics;
import io.vertx.core.spi.metrics.VertxMetrics;
import io.weft.routing.Await;
import io.weft.routing.BridgeSocket;
import io.weft.routing.EventLog;
import io.weft.routing.GatewayFixture;
import io.weft.routing.MovedTime;
import io.weft.routing.RoutingLimits;
import io.weft.routing.TcpBridgeClient;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How much a client of the bridge may ask of the gateway, while the test moves the clock. */
class BridgeLimitsTest {
  private static final JsonObject GET = new JsonObject().put("id", GatewayFixture.ID);
  private static final String PING = "{\"type\":\"ping\"}" + " ".repeat(16 * 1024);
  private static final int BURST =
      RoutingLimits.BRIDGE_MESSAGES_PER_SECOND * RoutingLimits.BRIDGE_MESSAGES_SAVED_SECONDS;

  private final MovedTime clock = new MovedTime();
  private final Set<String> addresses = ConcurrentHashMap.newKeySet();
  private final GatewayFixture gateway =
      new GatewayFixture(
          Vertx.builder()
              .with(new VertxOptions().setMetricsOptions(new MetricsOptions().setEnabled(true)))
              .withMetrics(options -> new Addresses())
              .build(),
          1,
          clock.time());

  /** Notes every address of the event bus that is listened to. */
  private final class Addresses implements VertxMetrics {
    @Override
    public EventBusMetrics<String> createEventBusMetrics() {
      return new EventBusMetrics<>() {
        @Override
        public String handlerRegistered(String address) {
          addresses.add(address);
          return address;
        }

        @Override
        public void handlerUnregistered(String address) {
          addresses.remove(address);
        }
      };
    }
  }

  @AfterEach
  void stop() {
    clock.finish();
    gateway.close();
  }

  private static JsonObject message(String type, String address) {
    return new JsonObject().put("type", type).put("address", address);
  }

  private static String asked(String operation) {
    return TcpBridgeClient.asOperator(TcpBridgeClient.sent(operation, GET)).encode();
  }

  private void serve(EventLog log) {
    Await.result(gateway.vertx.deployVerticle(log.server(gateway.mesh)));
  }

  @Test
  void whoSendsTooMuchIsToldAndGoesOnWhenTimeHasPassed() {
    var client = BridgeSocket.connect(gateway);
    for (int i = 0; i < BURST; i++) {
      client.socket.writeTextMessage("{\"type\":\"ping\"}");
    }
    var refused = client.ask("users.get", GET);
    assertEquals(429, refused.getInteger("failureCode"), refused.encode());
    assertEquals("messages.too_many", refused.getString("body"));
    assertEquals("reply-1", refused.getString("address"));
    assertEquals(0, gateway.calls.size());
    clock.advance(Duration.ofMillis(1_000 / RoutingLimits.BRIDGE_MESSAGES_PER_SECOND));
    assertEquals("rec", client.ask("users.get", GET).getString("type"));
    assertEquals(429, client.ask("users.get", GET).getInteger("failureCode"));
  }

  @Test
  void whoNeverStopsSendingTooMuchIsCutOffAndOthersAreServed() {
    var log = new EventLog();
    serve(log);
    var client = BridgeSocket.connect(gateway);
    var registration = TcpBridgeClient.asOperator(message("register", "orders.placed")).encode();
    for (int i = 0; i < BURST + RoutingLimits.BRIDGE_FAULTS_MAX + 100; i++) {
      client.socket.writeTextMessage(registration);
    }
    assertEquals((short) 1008, Await.result(client.closed));
    assertEquals(1, log.queries.size());
    assertEquals("rec", BridgeSocket.connect(gateway).ask("users.get", GET).getString("type"));
  }

  @Test
  void nothingThatAClientDoesIsRegisteredOnTheEventBus() {
    var log = new EventLog();
    serve(log);
    var client = BridgeSocket.connect(gateway);
    assertEquals("rec", client.ask("users.get", GET).getString("type"));
    var before = Set.copyOf(addresses);
    assertTrue(before.stream().allMatch(address -> address.startsWith("weft.")), before.toString());

    for (int i = 0; i < 20; i++) {
      var tcp = TcpBridgeClient.connect(gateway);
      tcp.write(message("register", "orders.placed"));
      assertEquals("message", tcp.ask("users.get", GET).getString("type"));
      var browser = BridgeSocket.connect(gateway);
      browser.write(message("register", "orders.placed"));
      assertEquals("rec", browser.ask("users.get", GET).getString("type"));
    }

    assertEquals(before, addresses);
  }

  @Test
  void halfAMessageIsNoSignOfLife() {
    var client = TcpBridgeClient.connect(gateway);
    var message = TcpBridgeClient.framed(asked("users.get"));
    client.write(message);
    assertEquals("message", client.next().getString("type"));
    client.write(message.slice(0, 20));
    clock.advance(RoutingLimits.BRIDGE_PING_TIMEOUT.minusMillis(1));
    client.write(message.slice(20, 21));
    clock.advance(Duration.ofMillis(1));
    assertTrue(client.next().getString("message").startsWith("silent for "));
    Await.result(client.closed);
  }

  @Test
  void aTcpClientThatReadsNothingIsCutOffAndDoesNotKeepItsConnection() {
    var client = TcpBridgeClient.connect(gateway);
    client.socket.pause();
    flood(text -> client.socket.write(TcpBridgeClient.framed(text)));
    closeTimePasses();
    Await.failure(writeOn(() -> client.socket.write(TcpBridgeClient.framed(PING))));
  }

  @Test
  void aWebSocketThatReadsNothingIsCutOffAndDoesNotKeepItsConnection() {
    var client = BridgeSocket.connect(gateway);
    client.pause();
    flood(client.socket::writeTextMessage);
    clock.advance(RoutingLimits.BRIDGE_CLOSE_TIMEOUT);
    Await.failure(writeOn(() -> client.socket.writeTextMessage(PING)));
  }

  private void closeTimePasses() {
    var closing = RoutingLimits.BRIDGE_CLOSE_TIMEOUT;
    Await.until(gateway.vertx, () -> clock.waits(closing));
    clock.advance(closing);
  }

  /** Writes for as long as there is somebody; fails once there is nobody. */
  private Future<Void> writeOn(Supplier<Future<Void>> write) {
    return write
        .get()
        .compose(
            written -> {
              Promise<Void> next = Promise.promise();
              gateway.vertx.runOnContext(turn -> writeOn(write).onComplete(next));
              return next.future();
            });
  }

  /** Asks for more than may wait for a client, until it is cut off. */
  private void flood(Consumer<String> write) {
    Promise<Void> cutOff = Promise.promise();
    gateway.answers.put(
        "orders.get",
        (called, call) -> {
          call.cancellation().onCancel(cutOff::tryComplete);
          return Promise.<Buffer>promise().future();
        });
    gateway.answer("users.get", "{\"name\":\"" + "x".repeat(3 * 1024 * 1024) + "\"}");
    write.accept(asked("orders.get"));
    for (int i = 0; i < 16; i++) {
      write.accept(asked("users.get"));
    }
    Await.result(cutOff.future());
    // Others are served, and by then the gateway is done with this one.
    assertEquals("rec", BridgeSocket.connect(gateway).ask("users.list", null).getString("type"));
  }

  @Test
  void whoDoesNotReadIsNotReadAndGoesOnWhereItStoodOnceItReads() {
    var client = TcpBridgeClient.connect(gateway);
    gateway.answer("users.get", "{\"name\":\"" + "x".repeat(1024 * 1024) + "\"}");
    client.socket.pause();
    for (int i = 0; i < 6; i++) {
      client.socket.write(TcpBridgeClient.framed(asked("users.get")));
    }
    client.socket.resume();
    for (int i = 0; i < 6; i++) {
      assertEquals("message", client.next().getString("type"));
    }
    assertEquals("message", client.ask("users.get", GET).getString("type"));
  }

  @Test
  void whoHasMuchToReadIsInTheWayOnceAllHaveTooMuch() {
    var load = new BridgeLoad();
    load.outgoing(RoutingLimits.BRIDGE_WAITING_IN_ALL_MAX_BYTES + 1);
    assertTrue(load.tooMuchOutgoing(RoutingLimits.BRIDGE_WAITING_BYTES + 1));
    assertEquals(false, load.tooMuchOutgoing(RoutingLimits.BRIDGE_WAITING_BYTES));
    load.outgoing(-1);
    assertEquals(false, load.tooMuchOutgoing(RoutingLimits.BRIDGE_WAITING_BYTES + 1));
  }
}
