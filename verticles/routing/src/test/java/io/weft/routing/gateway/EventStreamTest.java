package io.weft.routing.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.weft.mesh.EventQuery;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.MeshFailure.Rejected;
import io.weft.mesh.security.Principal;
import io.weft.mesh.security.Role;
import io.weft.mesh.time.Rng;
import io.weft.routing.Await;
import io.weft.routing.EventClient;
import io.weft.routing.EventLog;
import io.weft.routing.GatewayFixture;
import io.weft.routing.MovedTime;
import io.weft.routing.RoutingLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that follow orders by server-sent events, with a log in memory behind the gateway. */
class EventStreamTest {
  private static final String ORDER = GatewayFixture.ID;
  private static final String OTHER = "7e2a2c6e-2b5d-4c1e-9a63-0d3f5b7c9e22";
  private static final String USER = "00000000-0000-4000-8000-00000000000a";
  private static final String OF_ORDER = "/v1/orders/" + ORDER + "/events";
  private static final String OF_USER = "/v1/users/" + USER + "/orders/events";

  private EventLog log;
  private GatewayFixture gateway;
  private HttpClient http;
  private String server;

  @BeforeEach
  void start() {
    log = new EventLog();
    gateway = gateway(1);
    http = client(gateway, new HttpClientOptions());
    server = serve(gateway);
  }

  private GatewayFixture gateway(int instances) {
    return knows(new GatewayFixture(Vertx.vertx(), instances));
  }

  private static GatewayFixture knows(GatewayFixture gateway) {
    gateway.answer("orders.get", "{\"id\":\"" + ORDER + "\"}");
    gateway.answer("users.get", "{\"id\":\"" + USER + "\"}");
    return gateway;
  }

  private static HttpClient client(GatewayFixture gateway, HttpClientOptions options) {
    return gateway.keep(
        gateway.vertx.createHttpClient(options, new PoolOptions().setHttp1MaxSize(2_000)));
  }

  private String serve(GatewayFixture gateway) {
    return Await.result(gateway.vertx.deployVerticle(log.server(gateway.mesh)));
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  private long placed(String order) {
    return log.append("orders.placed", order, USER, "{\"orderId\":\"" + order + "\"}");
  }

  private void placed(int count) {
    for (int i = 0; i < count; i++) {
      placed(ORDER);
    }
  }

  private EventClient follow(String path, String... headers) {
    return Await.result(EventClient.connect(gateway, http, path, headers));
  }

  private static List<Long> positions(EventClient client, int count) {
    var positions = new ArrayList<Long>();
    for (int i = 0; i < count; i++) {
      positions.add(client.next().position());
    }
    return positions;
  }

  private static List<Long> from(long first, long last) {
    return LongStream.rangeClosed(first, last).boxed().toList();
  }

  private GatewayFixture.Got refused(String path, int status, String code, String... headers) {
    var got = gateway.get(path, headers);
    assertEquals(status, got.status(), got.body().toString());
    assertEquals(code, got.code());
    return got;
  }

  // ---- for whom

  private MovedTime moved() {
    gateway.close();
    var clock = new MovedTime();
    gateway = knows(new GatewayFixture(Vertx.vertx(), 1, clock.time()));
    http = client(gateway, new HttpClientOptions());
    server = serve(gateway);
    return clock;
  }

  @Test
  void aStreamEndsInOrderWhenTheTokenOfItsClientDoes() {
    var clock = moved();
    var token =
        "Bearer " + GatewayFixture.tokenOf(Role.CUSTOMER.principal(USER), Duration.ofMinutes(10));
    var client = follow(OF_USER, "Authorization", token);
    placed(ORDER);
    assertEquals(1, client.next().position());
    clock.advance(Duration.ofMinutes(9));
    placed(ORDER);
    assertEquals(2, client.next().position());
    assertFalse(client.end.isComplete());
    clock.advance(Duration.ofMinutes(2)); // The token was issued a little after the clock began.
    Await.result(client.end);
    refused(OF_USER, 401, "unauthenticated", "Authorization", token);
    clock.finish();
  }

  /** Has users answer of any API key as it is said at the time. */
  private AtomicReference<Future<Buffer>> keys() {
    var device = Role.DEVICE.principal(USER);
    var answer = new AtomicReference<>(GatewayFixture.holderOfKey(device));
    gateway.serve("users.api-key", request -> answer.get());
    return answer;
  }

  @Test
  void aStreamEndsInOrderSoonAfterTheApiKeyOfItsClientIsRevoked() {
    var clock = moved();
    var answer = keys();
    var key = "Bearer " + GatewayFixture.API_KEY;
    var client = follow(OF_USER, "Authorization", key);
    clock.advance(RoutingLimits.EVENT_STREAM_HEARTBEAT);
    assertEquals(":", Await.result(client.comment()));
    placed(ORDER);
    assertEquals(1, client.next().position());
    assertFalse(client.end.isComplete());

    answer.set(GatewayFixture.noSuchKey());
    clock.advance(RoutingLimits.EVENT_STREAM_HEARTBEAT);

    Await.result(client.end);
    Await.result(log.open(0));
    refused(OF_USER, 401, "unauthenticated", "Authorization", key);
    clock.finish();
  }

  @Test
  void aStreamEndsWhenTheApiKeyOfItsClientAllowsSomethingElse() {
    var clock = moved();
    var answer = keys();
    var client = follow(OF_USER, "Authorization", "Bearer " + GatewayFixture.API_KEY);
    answer.set(GatewayFixture.holderOfKey(new Principal(USER, Set.of(), Set.of("users:read"))));
    clock.advance(RoutingLimits.EVENT_STREAM_HEARTBEAT);
    Await.result(client.end);
    clock.finish();
  }

  @Test
  void aStreamGoesOnWhileItCannotBeAskedWhetherTheApiKeyOfItsClientIsGood() {
    var clock = moved();
    var answer = keys();
    var client = follow(OF_USER, "Authorization", "Bearer " + GatewayFixture.API_KEY);
    answer.set(
        Future.failedFuture(
            new Rejected(Rejected.Reason.UNAVAILABLE, "away", Duration.ofSeconds(1))));
    clock.advance(RoutingLimits.EVENT_STREAM_HEARTBEAT);
    assertEquals(":", Await.result(client.comment()));
    placed(ORDER);
    assertEquals(1, client.next().position());
    assertFalse(client.end.isComplete());
    clock.finish();
  }

  @Test
  void theEventsOfAnotherAreNotThere() {
    var other = GatewayFixture.tokenOf(Role.CUSTOMER.principal(OTHER), Duration.ofMinutes(9));
    gateway.answer("orders.get", "{\"id\":\"" + ORDER + "\",\"userId\":\"" + USER + "\"}");
    refused(OF_ORDER, 404, "order.not_found", "Authorization", "Bearer " + other);
    refused(OF_USER, 403, "access_denied", "Authorization", "Bearer " + other);
    refused(OF_USER, 401, "unauthenticated", "Authorization", "");
    var owner = GatewayFixture.tokenOf(Role.CUSTOMER.principal(USER), Duration.ofMinutes(9));
    placed(ORDER);
    assertEquals(1, follow(OF_ORDER, "Authorization", "Bearer " + owner).next().position());
  }

  // ---- what clients get

  @Test
  void whatHasHappenedComesFirstAndThenWhatHappens() {
    placed(ORDER);
    placed(OTHER);
    var client = follow(OF_ORDER);
    assertEquals(
        new EventClient.Sent("1", "orders.placed", "{\"orderId\":\"" + ORDER + "\"}"),
        client.next());
    log.append("orders.confirmed", ORDER, USER, "{\"total\":\n 7}");
    assertEquals(new EventClient.Sent("3", "orders.confirmed", "{\"total\": 7}"), client.next());
  }

  @Test
  void theAnswerIsAnEventStreamThatNobodyKeepsOrCollects() {
    var client = follow(OF_ORDER);
    var headers = client.response.headers();
    assertEquals("text/event-stream", headers.get("Content-Type"));
    assertEquals("no-store", headers.get("Cache-Control"));
    assertEquals("no", headers.get("X-Accel-Buffering"));
    assertNotNull(headers.get("traceparent"));
    placed(ORDER);
    client.next();
    long retryMillis = Long.parseLong(client.retry());
    assertTrue(retryMillis >= RoutingLimits.EVENT_STREAM_RETRY.toMillis(), client.retry());
  }

  @Test
  void theOrdersOfOneUserAreFollowedTogether() {
    placed(ORDER);
    log.append("orders.placed", OTHER, "somebody else", "{}");
    placed(OTHER);
    assertEquals(List.of(1L, 3L), positions(follow(OF_USER), 2));
    assertEquals(new EventQuery(0L, List.of(), null, USER), log.queries.get(0));
  }

  @Test
  void theThingsOwnIdIsComparedHoweverTheClientWroteIt() {
    placed(ORDER);
    assertEquals(
        1, follow("/v1/orders/" + ORDER.toUpperCase(Locale.ROOT) + "/events").next().position());
  }

  @Test
  void aClientGoesOnAfterTheEventThatItSawLast() {
    placed(5);
    assertEquals(4, follow(OF_ORDER + "?after=3").next().position());
    assertEquals(5, follow(OF_ORDER, "Last-Event-ID", "4").next().position());
    assertEquals(
        5,
        follow(OF_ORDER + "?after=3", "Last-Event-ID", "4").next().position(),
        "a browser that comes again asks with its first address");
    assertEquals(1, follow(OF_ORDER + "?after=0").next().position());
  }

  @Test
  void twoTabsGetEverythingEach() {
    var first = follow(OF_ORDER);
    var second = follow(OF_ORDER);
    placed(20);
    assertEquals(from(1, 20), positions(first, 20));
    assertEquals(from(1, 20), positions(second, 20));
  }

  @Test
  void http2CarriesManyStreamsOverOneConnection() {
    http =
        client(
            gateway,
            new HttpClientOptions()
                .setProtocolVersion(HttpVersion.HTTP_2)
                .setHttp2ClearTextUpgrade(false));
    var clients = new ArrayList<EventClient>();
    for (int i = 0; i < 10; i++) {
      clients.add(follow(OF_ORDER));
    }
    placed(3);
    for (var client : clients) {
      assertEquals(HttpVersion.HTTP_2, client.response.request().version());
      assertEquals(from(1, 3), positions(client, 3));
    }
  }

  @Test
  void headTellsWithoutAStream() {
    var got = gateway.send(HttpMethod.HEAD, OF_ORDER, "");
    assertEquals(200, got.status());
    assertEquals("text/event-stream", got.header("Content-Type"));
    assertEquals(List.of(), log.queries);
  }

  // ---- what is refused

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x",
        "-1",
        "1.5",
        "+1",
        "0x1",
        "1e3",
        "12345678901234567890",
        "9223372036854775808"
      })
  void rubbishForAPositionIsRefused(String position) {
    var detail = refused(OF_ORDER, 400, "request.invalid", "Last-Event-ID", position);
    assertTrue(detail.json().getString("detail").contains("Last-Event-ID"), detail.toString());
    refused(OF_ORDER + "?after=" + position.replace("+", "%2B"), 400, "request.invalid");
    assertEquals(List.of(), log.queries);
    assertEquals(List.of(), gateway.calls);
  }

  @Test
  void twoPositionsAreRefused() {
    refused(OF_ORDER, 400, "request.invalid", "Last-Event-ID", "1", "Last-Event-ID", "1");
    refused(OF_ORDER + "?after=1&after=1", 400, "request.invalid");
    refused(OF_ORDER + "?before=1", 400, "request.invalid");
  }

  @Test
  void aPositionFromTheFutureIsRefused() {
    placed(3);
    refused(OF_ORDER, 400, "event.position_unknown", "Last-Event-ID", "4");
    refused(OF_ORDER, 400, "event.position_unknown", "Last-Event-ID", "9223372036854775807");
    placed(1);
    placed(1);
    assertEquals(5, follow(OF_ORDER, "Last-Event-ID", "4").next().position());
  }

  @Test
  void aPositionAfterWhichEventsAreGoneIsRefusedAndNoneIsNot() {
    placed(5);
    log.dropped = 3;
    refused(OF_ORDER, 410, "event.position_gone", "Last-Event-ID", "2");
    assertEquals(4, follow(OF_ORDER, "Last-Event-ID", "3").next().position());
    assertEquals(4, follow(OF_ORDER).next().position());
  }

  @Test
  void whatIsNotThereHasNoEvents() {
    gateway.fail("orders.get", new MeshFailure.Application("order.not_found", "none"));
    gateway.fail("users.get", new MeshFailure.Application("user.not_found", "none"));
    refused(OF_ORDER, 404, "order.not_found");
    refused(OF_USER, 404, "user.not_found");
    refused("/v1/orders/7/events", 400, "request.invalid");
    assertEquals(List.of(), log.queries);
  }

  @Test
  void aClientThatReadsNoEventStreamsIsTold() {
    refused(OF_ORDER, 406, "accept.unsupported", "Accept", "application/json");
    var post = gateway.send(HttpMethod.POST, OF_ORDER, "");
    assertEquals(405, post.status());
    assertEquals("GET, HEAD, OPTIONS", post.header("Allow"));
  }

  @Test
  void aClientOfHttp10IsRefusedAsNothingWouldShowTheEnd() {
    http = client(gateway, new HttpClientOptions().setProtocolVersion(HttpVersion.HTTP_1_0));
    var failure = Await.failure(EventClient.connect(gateway, http, OF_ORDER));
    assertTrue(failure.getMessage().startsWith("505 "), failure.getMessage());
  }

  @Test
  void whenNobodyServesTheEventsTheClientIsToldToComeAgain() {
    Await.result(gateway.vertx.undeploy(server));
    var got = refused(OF_ORDER, 503, "service.unavailable");
    assertNotNull(got.header("Retry-After"));
  }

  @Test
  void aFailureOfTheFirstQuestionNamesTheServiceThatFailed() {
    gateway.fail("users.get", new MeshFailure.NotSent("gone"));
    var got = refused(OF_USER, 503, "service.unavailable");
    assertTrue(got.json().getString("detail").startsWith("users "), got.toString());
  }

  // ---- bounds

  @Test
  void oneHostHasOnlySoManyStreamsAndRoomAgainWhenOneEnds() {
    var clients = new ArrayList<EventClient>();
    for (int i = 0; i < RoutingLimits.EVENT_STREAMS_PER_ADDRESS_MAX; i++) {
      clients.add(follow(OF_ORDER));
    }
    var got = refused(OF_ORDER, 503, "streams.too_many", "Accept", "text/event-stream");
    assertNotNull(got.header("Retry-After"));
    var elsewhere = client(gateway, new HttpClientOptions().setLocalAddress("127.0.0.2"));
    Await.result(EventClient.connect(gateway, elsewhere, OF_ORDER));
    var oneLess = log.open(RoutingLimits.EVENT_STREAMS_PER_ADDRESS_MAX);
    clients.get(7).leave();
    Await.result(oneLess);
    follow(OF_ORDER);
  }

  @Test
  void aGatewayHasOnlySoManyStreams() {
    int left = RoutingLimits.EVENT_STREAMS_MAX;
    for (int host = 1; left > 0; host++) {
      var from = client(gateway, new HttpClientOptions().setLocalAddress("127.0.1." + host));
      int batch = Math.min(left, RoutingLimits.EVENT_STREAMS_PER_ADDRESS_MAX);
      var open = new ArrayList<Future<EventClient>>();
      for (int i = 0; i < batch; i++) {
        open.add(EventClient.connect(gateway, from, OF_ORDER));
      }
      Await.result(Future.all(open));
      left -= batch;
    }
    refused(OF_ORDER, 503, "streams.too_many", "Accept", "*/*");
    assertEquals(200, gateway.get("/v1/orders/" + ORDER).status());
  }

  @Test
  void aClientThatReadsSlowlyIsWaitedForAtTheSource() {
    var body = "{\"note\":\"" + "x".repeat(8 * 1024) + "\"}";
    int count = 4_000;
    var slow = follow(OF_ORDER);
    Await.result(
        gateway.onLoop(
            () -> {
              slow.response.pause();
              return Future.succeededFuture();
            }));
    for (int i = 0; i < count; i++) {
      log.append("orders.placed", ORDER, USER, body);
    }
    var quick = follow(OF_ORDER);
    assertEquals(from(1, count), positions(quick, count));
    long taken = log.handed() - count;
    assertTrue(taken < count * 3 / 4, taken + " of " + count + " events were taken on");
    Await.result(
        gateway.onLoop(
            () -> {
              slow.response.resume();
              return Future.succeededFuture();
            }));
    assertEquals(from(1, count), positions(slow, count));
  }

  @Test
  void whenTheClientLeavesItsStreamEndsAtTheSource() {
    var client = follow(OF_ORDER);
    Await.result(log.open(1));
    var none = log.open(0);
    client.leave();
    Await.result(none);
  }

  // ---- what comes and goes

  @Test
  void theClientNoticesNothingWhenTheInstanceThatServesItStops() {
    var client = follow(OF_ORDER);
    placed(50);
    assertEquals(from(1, 20), positions(client, 20));
    var second = serve(gateway);
    Await.result(gateway.vertx.undeploy(server));
    placed(50);
    assertEquals(from(21, 100), positions(client, 80));
    var third = serve(gateway);
    Await.result(gateway.vertx.undeploy(second));
    placed(50);
    assertEquals(from(101, 150), positions(client, 50));
    Await.result(gateway.vertx.undeploy(third));
  }

  @Test
  void theClientWaitsWhileNobodyServesTheEvents() {
    var client = follow(OF_ORDER);
    placed(1);
    assertEquals(1, client.next().position());
    Await.result(gateway.vertx.undeploy(server));
    placed(3);
    serve(gateway);
    assertEquals(from(2, 4), positions(client, 3));
  }

  @Test
  void whenItsEventsAreGoneTheStreamEndsAndTheClientIsToldAsItComesAgain() {
    placed(5);
    var client = follow(OF_ORDER, "Last-Event-ID", "4");
    assertEquals(5, client.next().position());
    for (int i = 0; i < 5; i++) {
      placed(OTHER);
    }
    Await.result(gateway.vertx.undeploy(server));
    log.dropped = 9;
    serve(gateway);
    Await.result(client.end);
    refused(OF_ORDER, 410, "event.position_gone", "Last-Event-ID", "5");
  }

  @Test
  void aGatewayThatStopsEndsItsStreamsInOrder() {
    var client = follow(OF_ORDER);
    placed(1);
    client.next();
    Await.result(gateway.vertx.undeploy(gateway.instances.get(0)));
    Await.result(client.end);
    Await.result(log.open(0));
  }

  @Test
  void aGatewayThatStopsTakesNoStreamOn() {
    Promise<Buffer> held = Promise.promise();
    Promise<Void> asked = Promise.promise();
    gateway.answers.put(
        "orders.get",
        (called, call) -> {
          asked.complete();
          return held.future();
        });
    var waiting = EventClient.connect(gateway, http, OF_ORDER);
    Await.result(asked.future());
    var stopped = gateway.vertx.undeploy(gateway.instances.get(0));
    var failure = Await.failure(waiting);
    assertTrue(failure.getMessage().contains("gateway.draining"), failure.getMessage());
    held.complete(Buffer.buffer("{\"id\":\"" + ORDER + "\"}"));
    Await.result(stopped);
    assertEquals(List.of(), log.queries);
  }

  @Test
  void aClientThatComesAgainAHundredTimesAtTwoGatewaysSeesEachEventOnce() {
    try (var second = knows(new GatewayFixture(Vertx.vertx(), 2))) {
      serve(second);
      var gateways = List.of(gateway, second);
      var clients = List.of(http, client(second, new HttpClientOptions()));
      var rng = Rng.seeded(5);
      var seen = new ArrayList<Long>();
      String last = null;
      placed(20);
      for (int visit = 0; visit <= 100; visit++) {
        int at = rng.nextInt(2);
        var client =
            Await.result(
                last == null
                    ? EventClient.connect(gateways.get(at), clients.get(at), OF_ORDER)
                    : EventClient.connect(
                        gateways.get(at), clients.get(at), OF_ORDER, "Last-Event-ID", last));
        placed(rng.nextInt(40));
        placed(OTHER);
        int here = rng.nextInt(20);
        for (int i = 0; i < here; i++) {
          placed(1);
          var sent = client.next();
          last = sent.id();
          seen.add(sent.position());
        }
        client.leave();
      }
      var rest = follow(OF_ORDER, "Last-Event-ID", String.valueOf(last));
      long end = placed(ORDER);
      while (seen.get(seen.size() - 1) < end) {
        seen.add(rest.next().position());
      }
      var whole = follow(OF_ORDER);
      assertEquals(positions(whole, seen.size()), seen);
      assertEquals(end, seen.get(seen.size() - 1));
    }
  }

  @ParameterizedTest
  @CsvSource({"1", "3"})
  void aCommentShowsNowAndThenThatTheStreamIsAlive(int beats) {
    var clock = new MovedTime();
    try (var timed = knows(new GatewayFixture(Vertx.vertx(), 1, clock.time()))) {
      serve(timed);
      var client =
          Await.result(
              EventClient.connect(timed, client(timed, new HttpClientOptions()), OF_ORDER));
      for (int i = 0; i < beats; i++) {
        clock.advance(RoutingLimits.EVENT_STREAM_HEARTBEAT);
      }
      assertEquals(":", Await.result(client.comment()));
      var none = log.open(0);
      client.leave();
      Await.result(none);
      clock.finish();
    }
  }
}
