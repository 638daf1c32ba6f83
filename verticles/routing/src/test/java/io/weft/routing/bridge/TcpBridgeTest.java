package io.weft.routing.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.PemTrustOptions;
import io.weft.mesh.pki.DevelopmentAuthority;
import io.weft.routing.Await;
import io.weft.routing.EventLog;
import io.weft.routing.GatewayFixture;
import io.weft.routing.RoutingLimits;
import io.weft.routing.TcpBridgeClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The bridge over TCP, by a client that makes its bytes itself. */
class TcpBridgeTest {
  private static final JsonObject GET = new JsonObject().put("id", GatewayFixture.ID);
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

  @Test
  void aMessageReachesTheOperationAndItsReplyIsWordedForTcpClients() {
    gateway.answer("users.get", "{\"id\":\"u\",\"name\":\"Zoë\"}");
    var reply = TcpBridgeClient.connect(gateway).ask("users.get", GET);
    assertEquals(
        new JsonObject()
            .put("type", "message")
            .put("address", "reply-1")
            .put("send", true)
            .put("body", new JsonObject().put("id", "u").put("name", "Zoë")),
        reply);
    assertEquals(GET.encode(), gateway.called().raw());
  }

  @Test
  void aPingIsAnswered() {
    var client = TcpBridgeClient.connect(gateway);
    client.write(new JsonObject().put("type", "ping"));
    assertEquals(new JsonObject().put("type", "pong"), client.next());
  }

  @Test
  void anErrorSaysWhereTheMessageWasSent() {
    var error = TcpBridgeClient.connect(gateway).ask("users.reserve", GET);
    assertEquals("err", error.getString("type"));
    assertEquals("reply-1", error.getString("address"));
    assertEquals("users.reserve", error.getString("sourceAddress"));
    assertEquals(404, error.getInteger("failureCode"));
    assertEquals("address.unknown", error.getString("body"));
    assertEquals(List.of(), gateway.calls);
  }

  @Test
  void whoRegistersHearsOfEvents() {
    var log = new EventLog();
    Await.result(gateway.vertx.deployVerticle(log.server(gateway.mesh)));
    var client = TcpBridgeClient.connect(gateway);
    client.write(new JsonObject().put("type", "register").put("address", "orders.placed"));
    client.ask("users.get", GET);
    log.append("orders.placed", GatewayFixture.ID, "u", "{\"total\":7}");
    var event = client.next();
    assertEquals("message", event.getString("type"), event.encode());
    assertEquals("orders.placed", event.getString("address"));
    assertEquals(false, event.getBoolean("send"));
    assertEquals(7, event.getJsonObject("body").getJsonObject("body").getInteger("total"));
  }

  @Test
  void messagesMayComeByteByByteAndManyAtOnce() {
    var client = TcpBridgeClient.connect(gateway);
    var message =
        TcpBridgeClient.framed(
            TcpBridgeClient.asOperator(TcpBridgeClient.sent("users.get", GET)).encode());
    for (int i = 0; i < message.length(); i++) {
      client.write(message.slice(i, i + 1));
    }
    assertEquals("message", client.next().getString("type"));
    var many = Buffer.buffer();
    for (int i = 0; i < 20; i++) {
      many.appendBuffer(message);
    }
    client.write(many.appendBuffer(message, 0, 9));
    for (int i = 0; i < 20; i++) {
      assertEquals("message", client.next().getString("type"));
    }
    client.write(message.slice(9, message.length()));
    assertEquals("message", client.next().getString("type"));
  }

  @Test
  void aMessageAsLongAsTheLimitIsRead() {
    var client = TcpBridgeClient.connect(gateway);
    var ping = "{\"type\":\"ping\"}";
    int spaces = RoutingLimits.BRIDGE_MESSAGE_MAX_BYTES - ping.length();
    client.write(TcpBridgeClient.framed(ping + " ".repeat(spaces)));
    assertEquals("pong", client.next().getString("type"));
  }

  @Test
  void whereTheGatewayHasACertificateThePortSpeaksTlsByItAndNothingElse(@TempDir Path folder)
      throws IOException {
    var authority = DevelopmentAuthority.in(folder.resolve("authority"));
    authority.issue("gateway", List.of());
    var http =
        new JsonObject()
            .put("certificate", authority.certificate("gateway").toString())
            .put("key", authority.key("gateway").toString());
    var believes = new PemTrustOptions().addCertPath(authority.certificate().toString());
    try (var secure = new GatewayFixture(Vertx.vertx(), 2, http)) {
      var client =
          TcpBridgeClient.connect(
              secure,
              new NetClientOptions()
                  .setSsl(true)
                  .setHostnameVerificationAlgorithm("HTTPS")
                  .setTrustOptions(believes));
      assertEquals("message", client.ask("users.get", GET).getString("type"));

      var inTheClear = TcpBridgeClient.connect(secure);
      inTheClear.write(new JsonObject().put("type", "ping"));
      Await.result(inTheClear.closed);
    }
  }

  @ParameterizedTest
  @ValueSource(
      ints = {0, -1, Integer.MIN_VALUE, Integer.MAX_VALUE, 1 + 1024 * 1024 + 16 * 1024, 0x47455420})
  void aLengthThatCannotBeRightEndsTheConversation(int length) {
    var client = TcpBridgeClient.connect(gateway);
    client.write(Buffer.buffer().appendInt(length).appendString("{\"type\":\"ping\"}"));
    var error = client.next();
    assertEquals("err", error.getString("type"), error.encode());
    assertTrue(
        error
            .getString("message")
            .contains(Integer.toUnsignedString(length) + " bytes (expected: 1 to "),
        error.encode());
    Await.result(client.closed);
    assertEquals(List.of(), gateway.calls);
    assertEquals(
        "message", TcpBridgeClient.connect(gateway).ask("users.get", GET).getString("type"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"x", "[]", "{", "{}", "{\"address\":\"users.get\"}", "{\"type\":\"message\"}"})
  void aMalformedMessageGetsAnErrorAndTheConversationGoesOn(String message) {
    var client = TcpBridgeClient.connect(gateway);
    client.write(TcpBridgeClient.framed(message));
    var error = client.next();
    assertEquals("err", error.getString("type"), error.encode());
    assertEquals("message", client.ask("users.get", GET).getString("type"));
  }

  @Test
  void bytesOfHalfAMessageAreTakenAsTheyComeAndNotAsTheyArePromised() {
    var frames = new MessageFrames();
    frames.add(Buffer.buffer().appendInt(RoutingLimits.BRIDGE_MESSAGE_MAX_BYTES));
    assertNull(frames.next());
    frames.add(Buffer.buffer("{\"type\""));
    assertNull(frames.next());
    assertEquals(4 + 7, frames.waiting());
  }

  @Test
  void whoHasMuchOfAHalfMessageIsInTheWayOnceAllHaveTooMuch() {
    var load = new BridgeLoad();
    load.half(RoutingLimits.BRIDGE_HALF_IN_ALL_MAX_BYTES);
    assertEquals(false, load.tooMuchHalf(RoutingLimits.BRIDGE_MESSAGE_MAX_BYTES));
    load.half(1);
    assertEquals(true, load.tooMuchHalf(RoutingLimits.BRIDGE_MESSAGE_MAX_BYTES));
    assertEquals(false, load.tooMuchHalf(RoutingLimits.BRIDGE_HALF_BYTES));
    load.half(-1);
    assertEquals(false, load.tooMuchHalf(RoutingLimits.BRIDGE_MESSAGE_MAX_BYTES));
  }
}
