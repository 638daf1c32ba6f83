package io.weft.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.http.WebSocket;
import io.vertx.core.json.JsonObject;
import io.weft.mesh.Call;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Clients that leave before their answer, and clients that stay. */
class LeavingClientTest {
  private static final String CREATE = "users.create";
  private static final JsonObject USER =
      new JsonObject()
          .put("email", "ada@example.org")
          .put("name", "Ada")
          .put("currency", "EUR")
          .put("creditLimit", 5);
  private static GatewayFixture gateway;

  private final Promise<Call> arrived = Promise.promise();
  private final Promise<Buffer> answer = Promise.promise();

  /** Completes with whether there was time left when the call was cancelled. */
  private final Promise<Boolean> cancelled = Promise.promise();

  @BeforeAll
  static void start() {
    gateway = new GatewayFixture();
  }

  @AfterAll
  static void stop() {
    gateway.close();
  }

  @BeforeEach
  void holdTheAnswer() {
    gateway.answers.clear();
    gateway.answers.put(
        CREATE,
        (called, call) -> {
          // A deadline that passes cancels as well, but not before it has passed.
          call.cancellation().onCancel(() -> cancelled.complete(!call.deadline().expired()));
          arrived.complete(call);
          return answer.future();
        });
  }

  @Test
  void aClientThatClosesItsConnectionCancelsItsCall() {
    var client = post();
    Await.result(arrived.future());

    Await.result(client.socket.close());

    assertEquals(true, Await.result(cancelled.future()));
  }

  @Test
  void aClientThatResetsItsStreamCancelsItsCallAlone() {
    var client =
        gateway.keep(
            gateway.vertx.createHttpClient(
                new HttpClientOptions()
                    .setProtocolVersion(HttpVersion.HTTP_2)
                    .setHttp2ClearTextUpgrade(false)));
    var request = Await.result(gateway.onLoop(() -> client.request(create())));
    Await.result(gateway.onLoop(() -> sent(request)));
    Await.result(arrived.future());

    Await.result(request.reset());

    assertEquals(true, Await.result(cancelled.future()));
    var still = gateway.send(client, HttpMethod.GET, "/v1/users/" + GatewayFixture.ID, body(""));
    assertEquals(200, still.status());
  }

  @Test
  void aClientThatWaitsIsAnsweredAndCancelsNothing() {
    var waiting =
        gateway.start(
            HttpMethod.POST,
            "/v1/users",
            USER.encode(),
            "Content-Type",
            "application/json",
            "Idempotency-Key",
            "k-1");
    var call = Await.result(arrived.future());
    // Another client that leaves is none of its business.
    Await.result(RawClient.connect(gateway).socket.close());

    answer.complete(new JsonObject().put("id", GatewayFixture.ID).put("version", 1).toBuffer());

    assertEquals(201, Await.result(waiting).status());
    assertFalse(call.cancellation().cancelled());
  }

  @Test
  void aConnectionThatClosesAfterItsAnswerCancelsNothing() {
    var client = post();
    var call = Await.result(arrived.future());
    answer.complete(new JsonObject().put("id", GatewayFixture.ID).put("version", 1).toBuffer());
    Await.result(client.answered());

    Await.result(client.socket.close());
    // Comes through the same event loop after the closing.
    assertEquals(200, gateway.get("/health/live").status());

    assertFalse(call.cancellation().cancelled());
  }

  @Test
  void aBridgeClientThatClosesItsSocketCancelsItsCalls() {
    var socket = ask();
    Await.result(arrived.future());

    Await.result(socket.close());

    assertEquals(true, Await.result(cancelled.future()));
  }

  @Test
  void aBridgeClientThatStaysIsAnsweredAndCancelsNothing() {
    var socket = ask();
    Promise<String> reply = Promise.promise();
    socket.textMessageHandler(reply::tryComplete);
    var call = Await.result(arrived.future());

    answer.complete(new JsonObject().put("id", GatewayFixture.ID).toBuffer());

    assertEquals("rec", new JsonObject(Await.result(reply.future())).getString("type"));
    assertFalse(call.cancellation().cancelled());
  }

  private static RequestOptions create() {
    return new RequestOptions()
        .setMethod(HttpMethod.POST)
        .setHost("127.0.0.1")
        .setPort(gateway.port)
        .setURI("/v1/users")
        .putHeader("Authorization", GatewayFixture.OPERATOR)
        .putHeader("Content-Type", "application/json")
        .putHeader("Idempotency-Key", "k-1");
  }

  private static Future<Void> sent(HttpClientRequest request) {
    return request.end(USER.toBuffer());
  }

  private static Buffer body(String text) {
    return Buffer.buffer(text);
  }

  /** Sends a request over a connection of its own. */
  private static RawClient post() {
    var head =
        "POST /v1/users HTTP/1.1~Host: a~Content-Type: application/json~Idempotency-Key: k-1~"
            + "Authorization: "
            + GatewayFixture.OPERATOR
            + "~Content-Length: "
            + USER.toBuffer().length()
            + "~~";
    return RawClient.connect(gateway).write(head.replace("~", "\r\n") + USER.encode());
  }

  /** Sends a message over a bridge connection of its own. */
  private static WebSocket ask() {
    var message =
        new JsonObject()
            .put("type", "send")
            .put("address", CREATE)
            .put(
                "headers",
                new JsonObject()
                    .put("Idempotency-Key", "k-1")
                    .put("Authorization", GatewayFixture.OPERATOR))
            .put("body", USER)
            .put("replyAddress", "reply-1");
    return Await.result(
        gateway.onLoop(
            () ->
                gateway
                    .keep(gateway.vertx.createWebSocketClient())
                    .connect(gateway.port, "127.0.0.1", "/eventbus/websocket")
                    .compose(socket -> socket.writeTextMessage(message.encode()).map(socket))));
  }
}
