package io.weft.routing.upstream;

import static io.weft.routing.upstream.UpstreamFixture.bytes;
import static io.weft.routing.upstream.UpstreamFixture.spec;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.security.Role;
import io.weft.routing.Await;
import io.weft.routing.GatewayFixture;
import io.weft.routing.RoutingLimits;
import io.weft.routing.api.HeaderField;
import io.weft.routing.api.Upstream;
import io.weft.routing.api.UpstreamRequest;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a request that goes through the mesh to a service outside of it. */
class UpstreamTest {
  private static final Iterable<String> COOKIES = List.of("a=1", "b=2");

  private final UpstreamFixture fixture = new UpstreamFixture();

  @AfterEach
  void close() {
    fixture.close();
  }

  private static void ok(HttpServerRequest request) {
    request.response().end("well");
  }

  @Test
  void aRequestGoesThroughAndItsAnswerComesBack() {
    var server =
        fixture.server(
            request ->
                request
                    .body()
                    .onSuccess(
                        body ->
                            request
                                .response()
                                .setStatusCode(201)
                                .putHeader("Location", "/reports/7")
                                .putHeader("Set-Cookie", COOKIES)
                                .end("got " + body)));
    fixture.put("reports", spec("/reports", server.address()));
    var got = fixture.gateway.send(HttpMethod.POST, "/reports?of=may&x=%2F", "four");
    assertEquals(201, got.status());
    assertEquals("got four", got.body().toString());
    assertEquals("/reports/7", got.header("location"));
    assertEquals(List.of("POST /reports?of=may&x=%2F"), server.asked());
  }

  private static JsonObject closed(JsonObject access, String endpoint) {
    return spec("/reports", endpoint).put("access", access);
  }

  private int statusFor(String authorization) {
    return fixture.gateway.get("/reports", "Authorization", authorization).status();
  }

  @Test
  void withoutATokenNobodyGetsToAnUpstreamOfWhichNothingElseIsSaid() {
    var server = fixture.server(UpstreamTest::ok);
    fixture.put("reports", closed(new JsonObject(), server.address()));
    assertEquals(401, statusFor(""));
    assertEquals(401, statusFor("Bearer x.y.z"));
    assertEquals(List.of(), server.asked());
    assertEquals(200, statusFor(customer()));
  }

  @Test
  void anUpstreamIsForThoseWhoHaveItsScopes() {
    var server = fixture.server(UpstreamTest::ok);
    var access = new JsonObject().put("scopes", new JsonArray().add("operate"));
    fixture.put("reports", closed(access, server.address()));
    assertEquals(403, statusFor(customer()));
    assertEquals(List.of(), server.asked());
    assertEquals(200, fixture.gateway.get("/reports").status());
  }

  @Test
  void anUpstreamIsToldWhoAsksAndNotWithWhichToken() {
    var told = new AtomicReference<List<String>>();
    var server =
        fixture.server(
            request -> {
              told.set(
                  Arrays.asList(
                      request.getHeader("X-Forwarded-User"), request.getHeader("Authorization")));
              request.response().end();
            });
    fixture.put("reports", closed(new JsonObject(), server.address()));
    var got =
        fixture.gateway.get(
            "/reports", "Authorization", customer(), "X-Forwarded-User", "somebody else");
    assertEquals(200, got.status());
    assertEquals(Arrays.asList("ada", null), told.get());
  }

  private static String customer() {
    return "Bearer " + GatewayFixture.tokenOf(Role.CUSTOMER.principal("ada"), Duration.ofHours(1));
  }

  @Test
  void aVerticleCallsItLikeAnyOtherService() {
    var server = fixture.server(UpstreamTest::ok);
    fixture.put("reports", spec("/reports", server.address()));
    var reply =
        Await.result(
            fixture.mesh.call(
                Upstream.read("reports"),
                UpstreamRequest.get("/daily", new HeaderField("Accept", "*/*"))));
    assertEquals(200, reply.status());
    assertEquals("well", reply.body().toString());
    assertEquals(List.of("GET /daily"), server.asked());
  }

  @Test
  void itsVersionAndItsRoutesAreToldToAll() {
    var server = fixture.server(UpstreamTest::ok);
    fixture.put("reports", spec("/reports", server.address()).put("version", "2.1.0"));
    assertEquals("2.1.0", fixture.mesh.directory().of("reports").get(0).version());
    assertTrue(RouteTable.of(fixture.mesh.directory()).has("reports"));
  }

  @Test
  void whatBelongsToOneConnectionIsNotHandedOn() {
    var seen = new AtomicReference<JsonObject>();
    var server =
        fixture.server(
            request -> {
              var headers = new JsonObject();
              request
                  .headers()
                  .forEach((name, value) -> headers.put(name.toLowerCase(Locale.ROOT), value));
              seen.set(headers);
              request.response().putHeader("Connection", "X-Hop").putHeader("X-Hop", "1");
              request.response().putHeader("X-Far", "2").end();
            });
    fixture.put("reports", spec("/reports", server.address()));
    var got =
        fixture.gateway.get(
            "/reports",
            "Connection",
            "X-Mine",
            "X-Mine",
            "secret",
            "TE",
            "trailers",
            "Proxy-Authorization",
            "Basic eA==",
            "X-Forwarded-For",
            "1.2.3.4",
            "X-Own",
            "kept");
    assertEquals("2", got.header("x-far"));
    assertNull(got.header("x-hop"));
    var headers = seen.get();
    for (var dropped : List.of("x-mine", "te", "proxy-authorization")) {
      assertFalse(headers.containsKey(dropped), dropped);
    }
    assertEquals("kept", headers.getString("x-own"));
    assertEquals("127.0.0.1", headers.getString("x-forwarded-for"));
    assertEquals("http", headers.getString("x-forwarded-proto"));
    assertEquals("127.0.0.1:" + fixture.gateway.port, headers.getString("x-forwarded-host"));
    assertTrue(headers.getString("forwarded").startsWith("proto=http;for=127.0.0.1;host="));
    assertEquals(server.address(), headers.getString("host"));
    assertEquals(got.header("x-request-id"), headers.getString("x-request-id"));
    assertEquals(
        got.header("traceparent").substring(0, 35),
        headers.getString("traceparent").substring(0, 35));
  }

  @Test
  void headersAndThePathAreRewrittenAsItsDescriptionSays() {
    var seen = new AtomicReference<HttpServerRequest>();
    var server =
        fixture.server(
            request -> {
              seen.set(request);
              request.response().putHeader("Server", "secret/1.0").end();
            });
    var rules =
        new JsonObject()
            .put("set", new JsonArray().add("X-Env: test").add("Host: inner.example"))
            .put("remove", new JsonArray().add("Cookie"));
    var description = spec("/reports", server.address()).put("request", rules);
    description.getJsonArray("routes").getJsonObject(0).put("rewrite", "/api");
    description.put("response", new JsonObject().put("remove", new JsonArray().add("Server")));
    fixture.put("reports", description);
    var got = fixture.gateway.get("/reports/7?a=b", "Cookie", "id=1", "X-Env", "mine");
    assertEquals("/api/7?a=b", seen.get().uri());
    assertEquals(List.of("test"), seen.get().headers().getAll("X-Env"));
    assertEquals("inner.example", seen.get().getHeader("Host"));
    assertNull(seen.get().getHeader("Cookie"));
    assertNull(got.header("server"));
  }

  @Test
  void aRouteByHostGoesBeforeThePathsOfTheContract() {
    var server = fixture.server(UpstreamTest::ok);
    var description =
        new JsonObject()
            .put("endpoints", new JsonArray().add(server.address()))
            .put("routes", new JsonArray().add(new JsonObject().put("host", "reports.example")));
    fixture.put("reports", description);
    fixture.gateway.get("/v1/users/" + GatewayFixture.ID);
    assertEquals(List.of(), server.asked());
    fixture.gateway.get("/v1/users/7", "Host", "reports.example");
    assertEquals(List.of("GET /v1/users/7"), server.asked());
  }

  @Test
  void aPrefixEndsAtASlash() {
    var server = fixture.server(UpstreamTest::ok);
    fixture.put("reports", spec("/reports", server.address()));
    assertEquals(404, fixture.gateway.get("/reportsofothers").status());
    assertEquals(200, fixture.gateway.get("/reports/").status());
  }

  @Test
  void aDeadEndpointCostsNoAnswer() {
    var well = fixture.server(UpstreamTest::ok);
    var dead = fixture.server(UpstreamTest::ok);
    fixture.put("reports", spec("/reports", well.address(), dead.address()));
    dead.kill();
    for (int i = 0; i < 30; i++) {
      assertEquals(200, fixture.gateway.send(HttpMethod.POST, "/reports", "x").status());
      assertEquals(200, fixture.gateway.get("/reports").status());
    }
    assertEquals(60, well.asked().size());
  }

  @Test
  void aSafeRequestIsRepeatedElsewhereAndNoOther() {
    var cut = new AtomicInteger();
    var breaks =
        fixture.server(
            request -> {
              cut.incrementAndGet();
              request.connection().close();
            });
    var well = fixture.server(UpstreamTest::ok);
    fixture.put("reports", spec("/reports", breaks.address()));
    var got = fixture.gateway.send(HttpMethod.POST, "/reports", "pay");
    assertEquals(504, got.status());
    assertEquals("outcome.unknown", got.code());
    assertEquals(1, cut.get());
    fixture.put("reports", spec("/reports", breaks.address(), well.address()));
    for (int i = 0; i < 10; i++) {
      assertEquals(200, fixture.gateway.get("/reports").status());
    }
  }

  @Test
  void anEndpointThatIsIllIsNotAskedAgainForNow() {
    var ill = fixture.server(request -> request.response().setStatusCode(503).end());
    var well = fixture.server(UpstreamTest::ok);
    fixture.put("reports", spec("/reports", ill.address(), well.address()));
    for (int i = 0; i < 100; i++) {
      assertEquals(200, fixture.gateway.get("/reports").status());
    }
    assertTrue(ill.asked().size() < 40, () -> "asked " + ill.asked().size() + " times");
  }

  @Test
  void anAnswerOfItsOwnGoesThroughWhateverItSays() {
    var server = fixture.server(request -> request.response().setStatusCode(500).end("no"));
    fixture.put("reports", spec("/reports", server.address()));
    var got = fixture.gateway.get("/reports");
    assertEquals(500, got.status());
    assertEquals("no", got.body().toString());
  }

  @Test
  void anEndpointThatTakesConnectionsAndSaysNothingIsGivenUp() {
    var silent = fixture.socket(socket -> {});
    fixture.put("reports", spec("/reports", silent).put("timeoutMillis", 300));
    assertEquals(504, fixture.gateway.get("/reports").status());
    var well = fixture.server(UpstreamTest::ok);
    fixture.put("reports", spec("/reports", silent, well.address()));
    assertEquals(200, fixture.gateway.get("/reports").status());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "garbage\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\nab",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"
      })
  void anAnswerThatIsNoneFailsTyped(String answer) {
    var bad =
        fixture.socket(
            socket ->
                socket.handler(
                    asked -> socket.write(answer).onComplete(written -> socket.close())));
    fixture.put("reports", spec("/reports", bad));
    assertEquals("outcome.unknown", fixture.gateway.send(HttpMethod.POST, "/reports", "").code());
  }

  @Test
  void headersOfAnAnswerAreBounded() {
    var bad =
        fixture.server(request -> request.response().putHeader("X", "x".repeat(20_000)).end());
    fixture.put("reports", spec("/reports", bad.address()));
    assertEquals(504, fixture.gateway.send(HttpMethod.POST, "/reports", "").status());
  }

  @Test
  void aLongBodyIsStreamedThrough() {
    var body = bytes(5 * RoutingLimits.UPSTREAM_REQUEST_COLLECTED_BYTES + 17);
    var server =
        fixture.server(request -> request.body().onSuccess(all -> request.response().end(all)));
    fixture.put("reports", spec("/reports", server.address()).put("timeoutMillis", 10_000));
    var got = fixture.gateway.send(HttpMethod.POST, "/reports", body.toString("ISO-8859-1"));
    assertEquals(200, got.status());
    assertEquals(Buffer.buffer(body.toString("ISO-8859-1")), got.body());
  }

  @Test
  void aLongBodyOfARequestThatMayBeRepeatedIsRefused() {
    var server = fixture.server(UpstreamTest::ok);
    fixture.put(
        "reports",
        spec("/reports", server.address()).put("safe", new JsonArray().add("GET").add("PUT")));
    var body = "x".repeat(RoutingLimits.UPSTREAM_REQUEST_COLLECTED_BYTES + 1);
    assertEquals(413, fixture.gateway.send(HttpMethod.PUT, "/reports", body).status());
    assertEquals(List.of(), server.asked());
  }

  @Test
  void aSlowReaderPausesTheUpstream() {
    var written = new AtomicInteger();
    var part = bytes(64 * 1024);
    int parts = 512;
    var server =
        fixture.server(
            request -> {
              var response = request.response().setChunked(true);
              new Object() {
                void go() {
                  while (written.get() < parts && !response.writeQueueFull()) {
                    written.incrementAndGet();
                    response.write(part);
                  }
                  if (written.get() < parts) {
                    response.drainHandler(drained -> go());
                  } else {
                    response.end();
                  }
                }
              }.go();
            });
    fixture.put("reports", spec("/reports", server.address()));
    var client = fixture.gateway.keep(fixture.vertx.createHttpClient());
    Promise<HttpClientResponse> begun = Promise.promise();
    fixture.vertx.runOnContext(
        turn ->
            client
                .request(HttpMethod.GET, fixture.gateway.port, "127.0.0.1", "/reports")
                .compose(request -> request.send())
                .onSuccess(HttpClientResponse::pause)
                .onComplete(begun));
    var response = Await.result(begun.future());
    var before = new AtomicInteger(-1);
    // It stands still once all buffers on the way are full.
    fixture.until(() -> before.getAndSet(written.get()) == written.get() && written.get() > 1);
    Promise<Integer> read = Promise.promise();
    var length = new AtomicInteger();
    fixture.vertx.runOnContext(
        turn -> {
          response.handler(bytes -> length.addAndGet(bytes.length()));
          response.endHandler(end -> read.complete(length.get()));
          response.resume();
        });
    assertTrue(written.get() < parts, () -> written + " parts were taken from it");
    assertEquals(parts * part.length(), Await.result(read.future()));
  }

  @Test
  void aClientThatLeavesEndsTheUpstreamsAnswer() {
    Promise<Void> closed = Promise.promise();
    var server =
        fixture.server(
            request -> {
              request.connection().closeHandler(gone -> closed.tryComplete());
              request.response().setChunked(true).write(bytes(1024 * 1024));
            });
    fixture.put("reports", spec("/reports", server.address()));
    var client = fixture.gateway.keep(fixture.vertx.createHttpClient());
    Promise<Void> left = Promise.promise();
    fixture.vertx.runOnContext(
        turn ->
            client
                .request(HttpMethod.GET, fixture.gateway.port, "127.0.0.1", "/reports")
                .compose(request -> request.send())
                .compose(response -> response.request().connection().close())
                .onComplete(left));
    Await.result(left.future());
    Await.result(closed.future());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/reports/../others",
        "/reports/%2e%2E/v1",
        "/reports/.",
        "/reports/..",
        "/reports/..;/x",
        "/reports/%5c..",
        "/reports/a\\b"
      })
  void aPathThatMeansAnotherIsRefused(String path) {
    var server = fixture.server(UpstreamTest::ok);
    fixture.put("reports", spec("/", server.address()));
    var got = fixture.raw("GET " + path + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    assertTrue(got.startsWith("HTTP/1.1 400"), got);
    assertEquals(List.of(), server.asked());
  }

  @Test
  void aWebSocketIsRefused() {
    var server = fixture.server(UpstreamTest::ok);
    fixture.put("reports", spec("/reports", server.address()));
    var got =
        fixture.raw(
            String.join(
                "\r\n",
                "GET /reports HTTP/1.1",
                "Host: a",
                "Connection: Upgrade",
                "Upgrade: websocket",
                "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEA==",
                "Connection: close",
                "",
                ""));
    assertTrue(got.startsWith("HTTP/1.1 501"), got);
    assertEquals(List.of(), server.asked());
  }

  @Test
  void nothingInACallEndsALineOfWhatIsSent() {
    var server = fixture.server(UpstreamTest::ok);
    fixture.put("reports", spec("/reports", server.address()));
    for (var bad :
        List.of(
            UpstreamRequest.get("/x HTTP/1.1\r\nX-Evil: 1\r\n\r\n"),
            UpstreamRequest.get("x"),
            UpstreamRequest.get("/x", new HeaderField("A", "b\r\nX-Evil: 1")),
            UpstreamRequest.get("/x", new HeaderField("A\r\nX-Evil", "1")),
            UpstreamRequest.get("/x", new HeaderField("A", "b\u010ax")),
            new UpstreamRequest("GET /\r\nX: y", "/", List.of(), Buffer.buffer(), null),
            new UpstreamRequest("CONNECT", "/", List.of(), Buffer.buffer(), null))) {
      var failure = Await.failure(fixture.mesh.call(Upstream.read("reports"), bad));
      assertInstanceOf(MeshFailure.Application.class, failure, bad.toString());
    }
    assertEquals(List.of(), server.asked());
  }

  @Test
  void aRequestThatComesBackIsStopped() {
    var server = fixture.server(UpstreamTest::ok);
    fixture.put("reports", spec("/reports", server.address()));
    assertEquals(508, fixture.gateway.get("/reports", "Via", "1.1 weft-local").status());
  }
}
