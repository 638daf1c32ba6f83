package io.weft.routing.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.weft.mesh.Call;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.Operation;
import io.weft.mesh.Origin;
import io.weft.mesh.bus.BusMesh;
import io.weft.mesh.policy.AttributeSource;
import io.weft.mesh.policy.AttributeSource.From;
import io.weft.mesh.policy.Policies;
import io.weft.mesh.policy.Policy;
import io.weft.mesh.wire.JsonCodec;
import io.weft.routing.Await;
import io.weft.routing.GatewayFixture;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Asking for a token over HTTP: what the service is told, and what the client is. */
class TokenRequestTest {
  private static final String TOKEN =
      "{\"accessToken\":\"a.b.c\",\"tokenType\":\"Bearer\",\"expiresIn\":3600,\"scope\":\"x\"}";
  private static final AtomicReference<Call> CALLED = new AtomicReference<>();
  private static final AtomicReference<Supplier<Future<Buffer>>> ANSWER = new AtomicReference<>();
  private static GatewayFixture gateway;

  @BeforeAll
  static void start() {
    gateway = new GatewayFixture();
    var bytes = JsonCodec.of(Buffer.class);
    var operation = new Operation<>("users.token", Operation.Kind.COMMAND, bytes, bytes);
    Deployable stub =
        context ->
            gateway.mesh.serve(
                operation,
                body -> {
                  CALLED.set(Call.current().orElseThrow());
                  return ANSWER.get().get();
                });
    Await.result(gateway.vertx.deployVerticle(stub));
  }

  @AfterAll
  static void stop() {
    gateway.close();
  }

  @BeforeEach
  void answering() {
    ANSWER.set(() -> Future.succeededFuture(Buffer.buffer(TOKEN)));
    ((BusMesh) gateway.mesh).use(Policies.DEFAULT);
  }

  @Test
  void anybodyMayAskAndNobodyKeepsTheAnswer() {
    var got = ask("{\"grantType\":\"password\",\"email\":\"a@b.c\",\"password\":\"secret\"}");
    assertEquals(200, got.status(), got.body().toString());
    assertEquals("no-store", got.header("Cache-Control"));
    assertEquals(TOKEN, got.body().toString());
  }

  @Test
  void theServiceIsToldTheAddressOfTheClientAndNotWhatTheClientSaysOfIt() {
    ask("{\"grantType\":\"password\"}", Origin.CLIENT_ADDRESS, "192.0.2.1");
    assertEquals("127.0.0.1", CALLED.get().origin().attributes().get(Origin.CLIENT_ADDRESS));
  }

  @Test
  void behindAProxyThePoliciesSayWhereTheAddressIs() {
    var source = new AttributeSource(From.HEADER, "X-Real-IP");
    ((BusMesh) gateway.mesh)
        .use(
            new Policies(
                1, Policy.DEFAULT, Map.of(), Map.of(), Map.of(Origin.CLIENT_ADDRESS, source)));
    ask("{\"grantType\":\"password\"}", "X-Real-IP", "192.0.2.1");
    assertEquals("192.0.2.1", CALLED.get().origin().attributes().get(Origin.CLIENT_ADDRESS));
  }

  @Test
  void whoHasToWaitIsToldHowLong() {
    ANSWER.set(
        () ->
            Future.failedFuture(
                new MeshFailure.Application(
                    "token.too_many_tries", "wait", null, Duration.ofMillis(6_500))));
    var got = ask("{\"grantType\":\"password\"}");
    assertEquals(429, got.status());
    assertEquals("7", got.header("Retry-After"));
    assertEquals("token.too_many_tries", got.code());
  }

  @Test
  void aBadBodyIsNamedAndItsSecretNotQuoted() {
    for (var value : List.of("47114711", "[\"47114711\"]", "\"" + "4711".repeat(99) + "\"")) {
      for (var field : List.of("password", "clientSecret")) {
        var got = ask("{\"grantType\":\"password\",\"" + field + "\":" + value + "}");
        assertEquals(400, got.status());
        assertEquals(List.of("/" + field), got.pointers());
        assertFalse(got.body().toString().contains("4711"), got.body().toString());
      }
    }
  }

  private static GatewayFixture.Got ask(String body, String... header) {
    var nobody = new String[] {"Content-Type", "application/json", "Authorization", ""};
    var headers = new String[nobody.length + header.length];
    System.arraycopy(nobody, 0, headers, 0, nobody.length);
    System.arraycopy(header, 0, headers, nobody.length, header.length);
    return gateway.send(HttpMethod.POST, "/v1/tokens", body, headers);
  }
}
