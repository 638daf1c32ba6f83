package io.weft.routing.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.json.JsonObject;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.MeshFailure.Rejected.Reason;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.Priority;
import io.weft.mesh.TraceContext;
import io.weft.mesh.bus.BusMesh;
import io.weft.mesh.policy.AttributeSource;
import io.weft.mesh.policy.AttributeSource.From;
import io.weft.mesh.policy.Policies;
import io.weft.mesh.policy.Policy;
import io.weft.mesh.telemetry.Span;
import io.weft.routing.Await;
import io.weft.routing.GatewayFixture;
import io.weft.routing.RoutingLimits;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The gateway over real HTTP, with operations behind it that answer as a test says. */
class GatewayTest {
  private static final String ID = GatewayFixture.ID;
  private static final String ORDER =
      """
      {"userId": "%s", "currency": "EUR",
       "lines": [{"sku": "A", "quantity": 2, "unitPrice": 150, "discountBps": 500}]}"""
          .formatted(ID);
  private static final String USER =
      "{\"email\":\"ada@example.org\",\"name\":\"Ada\",\"currency\":\"EUR\",\"creditLimit\":5}";
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
    ((BusMesh) gateway.mesh).use(Policies.DEFAULT);
  }

  private static GatewayFixture.Got place(String body) {
    return gateway.post("/v1/orders", body);
  }

  private static void refused(GatewayFixture.Got got, int status, String code) {
    assertEquals(status, got.status(), got.body().toString());
    assertEquals(code, got.code());
    assertEquals(List.of(), gateway.calls, "nothing may reach a service");
  }

  // ---- what goes through

  @Test
  void anOrderGoesToItsOperationWithItsBytesAndItsKey() {
    gateway.answer("orders.place", "{\"id\":\"o 1\",\"status\":\"CONFIRMED\",\"version\":2}");
    var got = place(ORDER);
    assertEquals(201, got.status(), got.body().toString());
    assertEquals("{\"id\":\"o 1\",\"status\":\"CONFIRMED\",\"version\":2}", got.body().toString());
    assertEquals("/v1/orders/o%201", got.header("Location"));
    assertEquals("\"2\"", got.header("ETag"));
    assertEquals("application/json", got.header("Content-Type"));
    assertNull(got.header("Idempotency-Replayed"));
    assertEquals("orders.place", gateway.called().operation());
    assertEquals("k-1", gateway.called().call().key());
    assertEquals(ORDER, gateway.called().raw());
  }

  @Test
  void anOrderThatIsStillPendingIsAcceptedWithItsLocation() {
    gateway.answer("orders.place", "{\"id\":\"o1\",\"status\":\"PENDING\",\"version\":1}");
    var got = place(ORDER);
    assertEquals(202, got.status());
    assertEquals("/v1/orders/o1", got.header("Location"));
  }

  @Test
  void aRejectedOrderIsAnAnswerAndNotAnError() {
    gateway.answer(
        "orders.place",
        "{\"id\":\"o1\",\"status\":\"REJECTED\",\"reason\":\"credit.insufficient\",\"version\":2}");
    assertEquals(201, place(ORDER).status());
  }

  @Test
  void anOrderThatOnlyItsSiteKnowsIsTakenAndNotDone() {
    gateway.answer("orders.place", "{\"id\":\"o1\",\"status\":\"PROVISIONAL\",\"version\":0}");
    var got = place(ORDER);
    assertEquals(202, got.status());
    assertEquals("/v1/orders/o1", got.header("Location"));
    assertEquals("\"0\"", got.header("ETag"));
  }

  @Test
  void anAnswerOfASiteSaysHowOldItMayBeAndOneOfNowDoesNot() {
    gateway.answer("users.get", "{\"id\":\"" + ID + "\",\"version\":3,\"ageSeconds\":376}");
    var old = gateway.get("/v1/users/" + ID);
    assertEquals("376", old.header("Age"));
    assertNull(old.header("Warning"));
    gateway.answer("users.get", "{\"id\":\"" + ID + "\",\"version\":3,\"ageSeconds\":0}");
    assertEquals("0", gateway.get("/v1/users/" + ID).header("Age"));
    gateway.answer("users.get", "{\"id\":\"" + ID + "\",\"version\":3}");
    assertNull(gateway.get("/v1/users/" + ID).header("Age"));
  }

  @Test
  void aReplayedAnswerSaysSo() {
    gateway.answers.put(
        "orders.place",
        (called, call) -> {
          call.markReplayed();
          return Future.succeededFuture(
              Buffer.buffer("{\"id\":\"o1\",\"status\":\"CONFIRMED\",\"version\":2}"));
        });
    var got = place(ORDER);
    assertEquals(201, got.status());
    assertEquals("true", got.header("Idempotency-Replayed"));
  }

  @Test
  void pathAndQueryParametersBecomeFieldsOfTheRequest() {
    gateway.get("/v1/users/" + ID);
    assertEquals("{\"id\":\"" + ID + "\"}", gateway.called().raw());
    gateway.calls.clear();
    gateway.get("/v1/users?limit=7&cursor=a%20%22b");
    assertEquals(
        new JsonObject().put("limit", 7).put("cursor", "a \"b"), gateway.called().request());
    gateway.calls.clear();
    gateway.get("/v1/users");
    assertEquals("{}", gateway.called().raw());
  }

  @Test
  void theVersionInIfMatchBecomesAFieldOfTheRequest() {
    var got =
        gateway.send(
            HttpMethod.PATCH,
            "/v1/users/" + ID,
            "{\"name\":\"Ada\"}",
            "Content-Type",
            "application/json; charset=UTF-8",
            "If-Match",
            "\"3\"");
    assertEquals(200, got.status(), got.body().toString());
    assertEquals("{\"version\":3,\"id\":\"" + ID + "\",\"name\":\"Ada\"}", gateway.called().raw());
  }

  @Test
  void aCommandWithoutABodyCarriesItsPathParameterAlone() {
    gateway.answer("orders.cancel", "{\"id\":\"o1\",\"status\":\"CANCELLED\",\"version\":3}");
    assertEquals(200, gateway.send(HttpMethod.POST, "/v1/orders/" + ID + "/cancel", "").status());
    assertEquals("{\"id\":\"" + ID + "\"}", gateway.called().raw());
    assertFalse(gateway.called().call().key().isEmpty(), "the mesh gives every command a key");
    gateway.answer("orders.cancel", "{\"id\":\"o1\",\"status\":\"CANCELLING\",\"version\":3}");
    assertEquals(202, gateway.send(HttpMethod.POST, "/v1/orders/" + ID + "/cancel", "").status());
  }

  @Test
  void aCallerWhoHasTheVersionGetsNoBody() {
    gateway.answer("users.get", "{\"id\":\"u\",\"version\":12}");
    for (var tag : List.of("\"12\"", "W/\"12\"", "*", "\"1\", \"12\"")) {
      var got = gateway.get("/v1/users/" + ID, "If-None-Match", tag);
      assertEquals(304, got.status(), tag);
      assertEquals("\"12\"", got.header("ETag"));
      assertEquals(0, got.body().length());
    }
    for (var tag : List.of("\"1\"", "12", "\"120\"")) {
      assertEquals(200, gateway.get("/v1/users/" + ID, "If-None-Match", tag).status(), tag);
    }
  }

  @Test
  void headIsGetWithoutItsBody() {
    gateway.answer("users.get", "{\"id\":\"u\",\"version\":12}");
    var got = gateway.send(HttpMethod.HEAD, "/v1/users/" + ID, "");
    assertEquals(200, got.status());
    assertEquals("23", got.header("Content-Length"));
    assertEquals(0, got.body().length());
  }

  @Test
  void theTraceOfTheClientIsContinuedAndReturned() {
    var got =
        gateway.get(
            "/v1/users/" + ID,
            "traceparent",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "X-Request-Id",
            "shop-7");
    assertTrue(got.header("traceparent").startsWith("00-0af7651916cd43dd8448eb211c80319c-"));
    assertEquals("shop-7", got.header("X-Request-Id"));
    assertEquals("0af7651916cd43dd8448eb211c80319c", gateway.called().call().trace().traceId());
  }

  @Test
  void aRequestIsTheSpanThatHoldsWhatIsCalledForItUnderThatOfItsClient() {
    var sent = TraceContext.parse("00-1bf7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    gateway.get("/v1/users/" + ID, "traceparent", sent.traceparent());

    var store = ((BusMesh) gateway.mesh).spans().store();
    Await.until(gateway.vertx, () -> store.trace(sent.high(), sent.low()).spans().size() == 4);
    var spans = store.trace(sent.high(), sent.low()).spans();
    var root = spans.stream().filter(s -> s.parent() == sent.span()).findFirst().orElseThrow();
    assertEquals(Span.Kind.SERVER, root.kind());
    assertTrue(root.name().startsWith("GET /v1/users/"), root.name());
    assertFalse(root.name().contains(ID), root.name());
    assertEquals("routing", root.service());
    var call = spans.stream().filter(s -> s.parent() == root.span()).findFirst().orElseThrow();
    assertEquals("users.get", call.name());
    assertEquals(Span.Kind.CLIENT, call.kind());
  }

  @Test
  void aTraceThatCannotBeReadIsReplacedByAFreshOne() {
    for (var bad : List.of("x", "00-" + "0".repeat(32) + "-b7ad6b7169203331-01", "")) {
      var got = gateway.get("/v1/users/" + ID, "traceparent", bad, "X-Request-Id", "a b");
      assertTrue(got.header("traceparent").matches("00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]"), bad);
      assertEquals(got.header("traceparent").substring(3, 35), got.header("X-Request-Id"));
    }
  }

  @Test
  void aClientOnThisHostMayAskThatItsCallsBeExplained() {
    gateway.get("/v1/users/" + ID, "Weft-Explain", "1");
    gateway.get("/v1/users/" + ID, "Weft-Explain", "yes");
    gateway.get("/v1/users/" + ID);
    assertEquals(
        List.of(true, false, false),
        gateway.calls.stream().map(called -> called.call().origin().explain()).toList());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void http2InClearTextWorksByUpgradeAndByPriorKnowledge(boolean upgrade) {
    var client =
        gateway.keep(
            gateway.vertx.createHttpClient(
                new HttpClientOptions()
                    .setProtocolVersion(HttpVersion.HTTP_2)
                    .setHttp2ClearTextUpgrade(upgrade)));
    gateway.answer("orders.place", "{\"id\":\"o1\",\"status\":\"CONFIRMED\",\"version\":2}");
    var got =
        gateway.send(
            client,
            HttpMethod.POST,
            "/v1/orders",
            Buffer.buffer(ORDER),
            "content-type",
            "application/json",
            "idempotency-key",
            "k-2");
    assertEquals(201, got.status(), got.body().toString());
    assertEquals("k-2", gateway.called().call().key());
    var refused = gateway.send(client, HttpMethod.GET, "/v1/nothing", Buffer.buffer());
    assertEquals(404, refused.status());
    assertEquals("path.unknown", refused.code());
  }

  // ---- what is refused, with nothing done

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "BODY|{\"userId\":|400|request.malformed|-",
        "BODY|` `|400|request.malformed|-",
        "BODY|[]|400|request.invalid|``",
        "\"userId\": \"|\"userId\": 7,\"x\": \"|400|request.invalid|/userId",
        "\"currency\"|\"currencies\"|400|request.invalid|/currencies",
        "\"EUR\"|\"QQQ\"|400|request.invalid|/currency",
        "\"EUR\"|\"eur\"|400|request.invalid|/currency",
        "\"sku\": \"A\", |-|400|request.invalid|/lines/0/sku",
        "\"quantity\": 2|\"quantity\": 0|400|request.invalid|/lines/0/quantity",
        "\"quantity\": 2|\"quantity\": 2.0|400|request.invalid|/lines/0/quantity",
        "\"quantity\": 2|\"quantity\": \"2\"|400|request.invalid|/lines/0/quantity",
        "\"unitPrice\": 150|\"unitPrice\": 9223372036854775808|400|request.invalid|"
            + "/lines/0/unitPrice",
        "\"unitPrice\": 150|\"unitPrice\": -1|400|request.invalid|/lines/0/unitPrice",
        "\"discountBps\": 500|\"discountBps\": 10001|400|request.invalid|/lines/0/discountBps",
        "\"discountBps\": 500|\"discount\": 1|400|request.invalid|/lines/0/discount",
      })
  void anOrderThatIsNotAsTheContractSaysIsRefused(
      String right, String wrong, int status, String code, String pointer) {
    var body = right.equals("BODY") ? wrong : ORDER.replace(right, wrong.equals("-") ? "" : wrong);
    var got = place(body);
    refused(got, status, code);
    if (!pointer.equals("-")) {
      assertTrue(got.pointers().contains(pointer), got.json().encode());
    }
  }

  @Test
  void anOrderOfTenThousandAndOneLinesIsRefusedAndOneOfTenThousandIsNot() {
    var line = "{\"sku\":\"A\",\"quantity\":1,\"unitPrice\":1}";
    var start = "{\"userId\":\"" + ID + "\",\"currency\":\"EUR\",\"lines\":[";
    var got = place(start + (line + ",").repeat(10_000) + line + "]}");
    refused(got, 400, "request.invalid");
    assertEquals(List.of("/lines"), got.pointers());
    assertEquals(201, place(start + (line + ",").repeat(9_999) + line + "]}").status());
  }

  @Test
  void malformedJsonIsRefusedWithItsPosition() {
    var got = place("{\n  \"userId\": }");
    refused(got, 400, "request.malformed");
    assertTrue(got.json().getString("detail").contains("line 2, column 1"), got.body().toString());
  }

  @Test
  void aBodyOverTheLimitIsRefusedBeforeItIsRead() {
    var got = place(" ".repeat(RoutingLimits.BODY_MAX_BYTES + 1));
    refused(got, 413, "body.too_large");
    assertEquals("body of 1048577 bytes (limit: 1048576)", got.json().getString("detail"));
  }

  @Test
  void aBodyInChunksIsBoundedToo() {
    var client = gateway.keep(gateway.vertx.createHttpClient());
    var got = Await.result(gateway.onLoop(() -> inChunks(client, 17)));
    assertEquals(413, got.status());
    assertEquals("body.too_large", got.code());
    assertEquals(List.of(), gateway.calls);
  }

  /** Sends chunks of 64 KiB, and never ends the request. */
  private static Future<GatewayFixture.Got> inChunks(HttpClient client, int chunks) {
    return client
        .request(HttpMethod.POST, gateway.port, "127.0.0.1", "/v1/orders")
        .compose(
            request -> {
              request
                  .setChunked(true)
                  .putHeader("Authorization", GatewayFixture.OPERATOR)
                  .putHeader("Content-Type", "application/json")
                  .putHeader("Idempotency-Key", "k");
              for (int i = 0; i < chunks; i++) {
                request.write(Buffer.buffer(" ".repeat(64 * 1024)));
              }
              return request.response().compose(GatewayFixture::got);
            });
  }

  @Test
  void anIdempotencyKeyIsRequiredWhereTheContractSaysSo() {
    refused(
        gateway.send(HttpMethod.POST, "/v1/orders", ORDER, "Content-Type", "application/json"),
        400,
        "idempotency_key.missing");
    assertEquals(
        201,
        gateway
            .send(HttpMethod.POST, "/v1/users", USER, "Content-Type", "application/json")
            .status());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "LONG", "\u00e9", "tab\there"})
  void aKeyThatCannotBeOneIsRefused(String key) {
    var sent = key.equals("LONG") ? "k".repeat(256) : key;
    refused(
        gateway.send(
            HttpMethod.POST,
            "/v1/orders",
            ORDER,
            "Content-Type",
            "application/json",
            "Idempotency-Key",
            sent),
        400,
        "idempotency_key.invalid");
  }

  @Test
  void aKeyOfTheGreatestLengthIsTaken() {
    var got =
        gateway.send(
            HttpMethod.POST,
            "/v1/orders",
            ORDER,
            "Content-Type",
            "application/json",
            "Idempotency-Key",
            "k".repeat(255));
    assertEquals(201, got.status());
  }

  @Test
  void twoKeysAreOneTooMany() {
    refused(
        gateway.send(
            HttpMethod.POST,
            "/v1/orders",
            ORDER,
            "Content-Type",
            "application/json",
            "Idempotency-Key",
            "a",
            "Idempotency-Key",
            "b"),
        400,
        "idempotency_key.invalid");
  }

  @Test
  void aChangeWithoutIfMatchIsRefused() {
    refused(
        gateway.send(HttpMethod.PATCH, "/v1/users/" + ID, "{}", "Content-Type", "application/json"),
        428,
        "precondition.required");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "3",
        "\"x\"",
        "*",
        "W/\"3\"",
        "\"3\", \"4\"",
        "\"-1\"",
        "\"\"",
        "\"9999999999999999999\""
      })
  void anIfMatchThatIsNotOneVersionIsRefused(String tag) {
    refused(
        gateway.send(
            HttpMethod.PATCH,
            "/v1/users/" + ID,
            "{\"name\":\"A\"}",
            "Content-Type",
            "application/json",
            "If-Match",
            tag),
        400,
        "precondition.invalid");
  }

  @Test
  void aChangeOfNothingIsRefused() {
    var got =
        gateway.send(
            HttpMethod.PATCH,
            "/v1/users/" + ID,
            "{}",
            "Content-Type",
            "application/json",
            "If-Match",
            "\"3\"");
    refused(got, 400, "request.invalid");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/v1/users?limit=0|/limit",
        "/v1/users?limit=101|/limit",
        "/v1/users?limit=ten|/limit",
        "/v1/users?limit=1e1|/limit",
        "/v1/users?limit=+5|/limit",
        "/v1/users?limit=|/limit",
        "/v1/users?limit=1&limit=2|/limit",
        "/v1/users?cursor=|/cursor",
        "/v1/users?offset=3|/offset",
        "/v1/users?a~b%2Fc=3|/a~0b~1c",
        "/v1/orders?status=OPEN|/status",
        "/v1/orders?userId=me|/userId",
        "/v1/orders/7|/id",
        "/v1/users/%00|/id",
        "/v1/users/..%2f..%2fetc|/id",
      })
  void aParameterThatIsNotAsTheContractSaysIsRefused(String path, String pointer) {
    var got = gateway.get(path);
    refused(got, 400, "request.invalid");
    assertEquals(List.of(pointer), got.pointers());
  }

  @Test
  void aBodyWhereNoneBelongsIsRefused() {
    refused(gateway.post("/v1/orders/" + ID + "/cancel", "{}"), 400, "request.invalid");
  }

  @Test
  void anUnknownPathIsNotFound() {
    for (var path :
        List.of(
            "/",
            "/v1",
            "/v2/users",
            "/v1/users/" + ID + "/x",
            "/eventbus2",
            "/.git/config",
            "/docs/../conf/node.yaml",
            "/v1/users/" + ID + "/")) {
      var got = gateway.get(path);
      if (got.status() != 200) {
        assertEquals(404, got.status(), path);
        assertEquals("path.unknown", got.code(), path);
      }
    }
  }

  @Test
  void anotherMethodIsNotAllowedAndTheRightOnesAreNamed() {
    var got = gateway.send(HttpMethod.PUT, "/v1/users", "");
    refused(got, 405, "method.not_allowed");
    assertEquals("GET, HEAD, OPTIONS, POST", got.header("Allow"));
    assertEquals(
        "DELETE, GET, HEAD, OPTIONS, PATCH",
        gateway.send(HttpMethod.POST, "/v1/users/" + ID, "").header("Allow"));
    refused(gateway.send(HttpMethod.valueOf("BREW"), "/v1/orders", ""), 405, "method.not_allowed");
    var options = gateway.send(HttpMethod.OPTIONS, "/v1/orders", "");
    assertEquals(204, options.status());
    assertEquals("GET, HEAD, OPTIONS, POST", options.header("Allow"));
    assertNull(options.header("Access-Control-Allow-Origin"));
  }

  @Test
  void aClientThatDoesNotReadJsonIsRefused() {
    for (var accept : List.of("text/html", "application/json;q=0", "application/xml, */*;q=0")) {
      refused(gateway.get("/v1/users/" + ID, "Accept", accept), 406, "accept.unsupported");
    }
    for (var accept :
        List.of(
            "*/*",
            "application/*",
            "text/html, application/json;q=0.1",
            "text/html,application/xhtml+xml,*/*;q=0.8")) {
      assertEquals(200, gateway.get("/v1/users/" + ID, "Accept", accept).status(), accept);
    }
  }

  @Test
  void aBodyThatIsNotJsonByItsTypeIsRefused() {
    for (var type :
        List.of(
            "text/plain",
            "application/x-www-form-urlencoded",
            "application/jsonp",
            "application/json; charset=utf-16")) {
      refused(
          gateway.send(HttpMethod.POST, "/v1/users", USER, "Content-Type", type),
          415,
          "content_type.unsupported");
    }
    refused(gateway.send(HttpMethod.POST, "/v1/users", USER), 415, "content_type.unsupported");
    refused(
        gateway.send(
            HttpMethod.POST,
            "/v1/users",
            USER,
            "Content-Type",
            "application/json",
            "Content-Encoding",
            "gzip"),
        415,
        "content_type.unsupported");
  }

  @Test
  void aPathOrHeadersOverTheLimitAreRefused() {
    var path = gateway.get("/v1/users?cursor=" + "x".repeat(RoutingLimits.REQUEST_LINE_MAX_BYTES));
    refused(path, 414, "uri.too_long");
    var headers = gateway.get("/v1/users", "X-Big", "x".repeat(RoutingLimits.HEADERS_MAX_BYTES));
    refused(headers, 431, "headers.too_large");
  }

  // ---- what failed behind the gateway

  private static GatewayFixture.Got failing(Throwable failure) {
    gateway.fail("orders.place", failure);
    return place(ORDER);
  }

  @ParameterizedTest
  @CsvSource({
    "order.in_progress,409",
    "order.key_reused,422",
    "order.amount_overflow,400",
    "user.not_found,422",
    "key.reused,422",
    "key.in_progress,409",
    "request.invalid,400",
  })
  void aCodeOfTheServiceGetsTheStatusThatTheContractGivesIt(String code, int status) {
    var got = failing(new MeshFailure.Application(code, "what was wrong", "/lines/3"));
    assertEquals(status, got.status());
    assertEquals(code, got.code());
    assertEquals(List.of("/lines/3"), got.pointers());
    assertEquals(status == 409 ? "1" : null, got.header("Retry-After"));
  }

  @Test
  void theCodesOfUsersGetTheirStatuses() {
    gateway.fail("users.get", new MeshFailure.Application("user.not_found", "no such user"));
    assertEquals(404, gateway.get("/v1/users/" + ID).status());
    gateway.fail(
        "users.create", new MeshFailure.Application("user.email_taken", "taken", "/email"));
    assertEquals(409, gateway.post("/v1/users", USER).status());
    gateway.fail("users.update", new MeshFailure.Application("user.version_conflict", "it is 4"));
    var got =
        gateway.send(
            HttpMethod.PATCH,
            "/v1/users/" + ID,
            "{\"name\":\"A\"}",
            "Content-Type",
            "application/json",
            "If-Match",
            "\"3\"");
    assertEquals(412, got.status());
    assertEquals("user.version_conflict", got.code());
  }

  @Test
  void aCodeThatTheContractDoesNotHaveTellsNothing() {
    var got = failing(new MeshFailure.Application("secret.thing", "SELECT * FROM passwords"));
    assertEquals(500, got.status());
    assertEquals("internal", got.code());
    assertFalse(got.body().toString().contains("SELECT"), got.body().toString());
    assertNotEquals(null, got.json().getString("instance"));
  }

  @Test
  void aServiceThatIsAwayIs503WithRetryAfter() {
    gateway.fail(
        "users.get",
        new MeshFailure.Rejected(
            Reason.UNAVAILABLE, "no connection to 10.0.0.7:5432", Duration.ofMillis(2_500)));
    var got = gateway.get("/v1/users/" + ID);
    assertEquals(503, got.status());
    assertEquals("service.unavailable", got.code());
    assertEquals("3", got.header("Retry-After"));
    assertFalse(got.body().toString().contains("10.0.0.7"), got.body().toString());
  }

  @Test
  void aServiceThatNobodyServesIs503WithRetryAfter() {
    var got = gateway.get("/v1/orders?limit=1");
    assertEquals(503, got.status(), got.body().toString());
    assertEquals("service.unavailable", got.code());
    assertEquals("1", got.header("Retry-After"));
  }

  @Test
  void whatMayNotBeDoneIs403() {
    var got = failing(new MeshFailure.Rejected(Reason.FORBIDDEN, "routing may not", Duration.ZERO));
    assertEquals(403, got.status());
    assertEquals("access.forbidden", got.code());
  }

  @Test
  void whatCameTooLateIs504() {
    var got = failing(new MeshFailure.Expired("too late"));
    assertEquals(504, got.status());
    assertEquals("deadline.expired", got.code());
  }

  @Test
  void anUnknownOutcomeIs504AndSaysHowToLearnIt() {
    var got = failing(new MeshFailure.Unknown("commit sent, no answer"));
    assertEquals(504, got.status());
    assertEquals("outcome.unknown", got.code());
    assertTrue(got.json().getString("detail").contains("same Idempotency-Key"));
  }

  @Test
  void aHandlerThatBreaksTellsNothing() {
    var got = failing(new IllegalStateException("password=hunter2"));
    assertTrue(got.status() >= 500, got.body().toString());
    assertFalse(got.body().toString().contains("hunter2"), got.body().toString());
  }

  @Test
  void aReplyThatIsNotJsonIs500() {
    gateway.answer("users.get", "oops");
    var got = gateway.get("/v1/users/" + ID);
    assertEquals(500, got.status());
    assertEquals("internal", got.code());
  }

  // ---- what it says of who asks

  @Test
  void whatThePoliciesNameIsToldOfWhoAsksAndNothingElse() {
    attributes(
        Map.of(
            "tenant", new AttributeSource(From.HEADER, "X-Tenant"),
            "absent", new AttributeSource(From.HEADER, "X-Absent"),
            "client", new AttributeSource(From.CLIENT_ADDRESS, "")));
    gateway.get("/v1/users/" + ID, "X-Tenant", " acme ", "X-Other", "o", "Priority", "critical");
    var origin = gateway.called().call().origin();
    assertEquals(Map.of("tenant", "acme", "client", "127.0.0.1"), origin.attributes());
    assertEquals(Priority.NORMAL, origin.priority());
  }

  @Test
  void anAttributeThatIsTooLongIsCutOff() {
    attributes(Map.of("tenant", new AttributeSource(From.HEADER, "X-Tenant")));
    gateway.get("/v1/users/" + ID, "X-Tenant", "t".repeat(MeshLimits.ATTRIBUTE_MAX_CHARS + 1));
    assertEquals(
        Map.of("tenant", "t".repeat(MeshLimits.ATTRIBUTE_MAX_CHARS)),
        gateway.called().call().origin().attributes());
  }

  @Test
  void theTimeoutOfAPolicyCountsForCallsFromOutside() {
    var d = Policy.DEFAULT;
    var longer =
        new Policy(
            Duration.ofMinutes(5),
            d.attemptTimeout(),
            d.retries(),
            d.hedge(),
            d.balance(),
            d.breaker(),
            d.admission(),
            d.traffic());
    ((BusMesh) gateway.mesh).use(new Policies(1, longer, Map.of(), Map.of()));
    place(ORDER);
    var left = gateway.called().call().deadline().remaining();
    assertTrue(left.compareTo(Duration.ofMinutes(4)) > 0, left.toString());
  }

  private static void attributes(Map<String, AttributeSource> sources) {
    ((BusMesh) gateway.mesh).use(new Policies(1, Policy.DEFAULT, Map.of(), Map.of(), sources));
  }
}
