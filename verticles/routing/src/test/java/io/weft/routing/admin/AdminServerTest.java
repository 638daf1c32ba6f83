package io.weft.routing.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.streams.ReadStream;
import io.weft.mesh.CallOptions;
import io.weft.mesh.Cancellation;
import io.weft.mesh.Deadline;
import io.weft.mesh.ItemStream;
import io.weft.mesh.Mesh;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.MeshFailure.Unknown;
import io.weft.mesh.Operation;
import io.weft.mesh.Origin;
import io.weft.mesh.Payload;
import io.weft.mesh.Readiness;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.StreamOperation;
import io.weft.mesh.TraceContext;
import io.weft.mesh.discovery.InstanceRecord;
import io.weft.mesh.discovery.NodeRecord;
import io.weft.mesh.discovery.NodeRecord.State;
import io.weft.mesh.pki.DevelopmentAuthority;
import io.weft.mesh.policy.Policy;
import io.weft.mesh.security.Role;
import io.weft.mesh.telemetry.Explanation;
import io.weft.mesh.telemetry.Explanations;
import io.weft.mesh.time.Time;
import io.weft.routing.Await;
import io.weft.routing.GatewayFixture;
import io.weft.routing.gateway.PortTls;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdminServerTest {
  private static final JsonObject SETTINGS =
      new JsonObject()
          .put(
              "postgres.uri",
              new JsonObject()
                  .put("value", "postgresql://weft:hunter2@db:5432/weft?password=hunter3&x=1")
                  .put("from", "conf/node.yaml"))
          .put("admin", new JsonObject().put("token", "hunter4").put("port", 8081))
          .put("list", new JsonArray().add("jdbc:postgresql://u:hunter5@h/d"));

  private final Vertx vertx = Vertx.vertx();
  private final HttpClient client = vertx.createHttpClient();
  private final AtomicReference<Map<String, Integer>> asked = new AtomicReference<>();
  private Future<JsonObject> outcome = Future.succeededFuture(new JsonObject().put("took", "3 ms"));
  private final Explanations explanations = new Explanations();
  private Future<Reply> rebuilt = Future.succeededFuture(Reply.of(Buffer.buffer("{\"after\":7}")));
  private AdminServer server;
  private int port;

  @BeforeEach
  void start() {
    Scaling scaling =
        desired -> {
          asked.set(desired);
          return outcome;
        };
    server =
        new AdminServer(
            vertx,
            new TwoNodes(),
            Time.of(vertx),
            () -> Future.succeededFuture(new Readiness(List.of())),
            SETTINGS,
            scaling,
            explanations,
            () -> GatewayFixture.tokens(Time.of(vertx)));
    port = Await.result(server.start("127.0.0.1", 0));
  }

  @AfterEach
  void stop() {
    Await.result(server.close());
    Await.result(vertx.close());
  }

  private GatewayFixture.Got send(HttpMethod method, String path, String body, String... headers) {
    var done = io.vertx.core.Promise.<GatewayFixture.Got>promise();
    vertx.runOnContext(
        turn ->
            client
                .request(method, port, "127.0.0.1", path)
                .compose(
                    request -> {
                      request.putHeader("Content-Type", "application/json");
                      for (int i = 0; i < headers.length; i += 2) {
                        request.putHeader(headers[i], headers[i + 1]);
                      }
                      return body.isEmpty() ? request.send() : request.send(body);
                    })
                .compose(GatewayFixture::got)
                .onComplete(done));
    return Await.result(done.future());
  }

  @Test
  void anywhereButOnLoopbackItWantsATokenOfAnOperator() {
    Await.result(server.close());
    port = Await.result(server.start("0.0.0.0", 0));
    var customer = GatewayFixture.tokenOf(Role.CUSTOMER.principal("c"), Duration.ofMinutes(9));
    for (var path : List.of("/v1/nodes", "/v1/config", "/v1/explain", "/nonsense")) {
      assertEquals(401, send(HttpMethod.GET, path, "").status(), path);
      assertEquals(401, send(HttpMethod.GET, path, "", "Authorization", "Bearer x").status(), path);
      var got = send(HttpMethod.GET, path, "", "Authorization", "Bearer " + customer);
      assertEquals("access_denied", got.code(), path);
    }
    assertEquals(401, send(HttpMethod.POST, "/v1/scale", "{\"users\":1}").status());
    assertNull(asked.get());
    var operator = GatewayFixture.OPERATOR;
    assertEquals(200, send(HttpMethod.GET, "/v1/nodes", "", "Authorization", operator).status());
    var scaled = send(HttpMethod.POST, "/v1/scale", "{\"users\":1}", "Authorization", operator);
    assertEquals(200, scaled.status(), scaled.body().toString());
    assertEquals(200, send(HttpMethod.GET, "/health/live", "").status());
  }

  @Test
  void withACertificateItSpeaksTlsAndNothingElse(@TempDir Path folder) throws IOException {
    Await.result(server.close());
    var authority = DevelopmentAuthority.in(folder.resolve("authority"));
    authority.issue("n1", List.of());
    var section =
        new JsonObject()
            .put("certificate", authority.certificate("n1").toString())
            .put("key", authority.key("n1").toString());
    server.secure(PortTls.of(vertx, section, "admin"));
    port = Await.result(server.start("127.0.0.1", 0));
    var believes = new PemTrustOptions().addCertPath(authority.certificate().toString());
    var secure =
        vertx.createHttpClient(new HttpClientOptions().setSsl(true).setTrustOptions(believes));
    var got =
        secure
            .request(HttpMethod.GET, port, "127.0.0.1", "/v1/nodes")
            .compose(request -> request.send())
            .compose(GatewayFixture::got);
    assertEquals(200, Await.result(got).status());
    Await.failure(
        client.request(HttpMethod.GET, port, "127.0.0.1", "/v1/nodes").compose(r -> r.send()));
    Await.result(secure.close());
  }

  @Test
  void nodesAreShownWithTheirZonesInstancesAndAddresses() {
    var got = send(HttpMethod.GET, "/v1/nodes", "");
    assertEquals(200, got.status());
    assertEquals("n1", got.json().getString("node"));
    var node = got.json().getJsonArray("nodes").getJsonObject(0);
    assertEquals("rack-1", node.getString("zone"));
    assertEquals("127.0.0.1:8080", node.getJsonObject("addresses").getString("http"));
    assertEquals(new JsonObject().put("users", 1), node.getJsonObject("services"));
    assertEquals(2, node.getJsonArray("instances").size());
    assertEquals("DRAINING", node.getJsonArray("instances").getJsonObject(1).getString("state"));
    assertEquals(2, got.json().getJsonArray("nodes").size());
  }

  @Test
  void summariesAreMadeAnewOnDemand() {
    var got = send(HttpMethod.POST, "/v1/summaries/rebuild", "");
    assertEquals(200, got.status());
    assertEquals(new JsonObject().put("after", 7), got.json());
    assertEquals(405, send(HttpMethod.GET, "/v1/summaries/rebuild", "").status());
    assertEquals(
        403, send(HttpMethod.POST, "/v1/summaries/rebuild", "", "Origin", "http://evil").status());
    rebuilt = Future.failedFuture(new MeshFailure.NotSent("nobody serves it"));
    var away = send(HttpMethod.POST, "/v1/summaries/rebuild", "");
    assertEquals(503, away.status());
    assertEquals("rebuild.failed", away.code());
  }

  @Test
  void howACallWasMadeIsFoundByItsTrace() {
    var trace = TraceContext.parse("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    var call = explained(trace);
    var attempt = call.attempt("n1/1/users-1");
    attempt.considered("n1/1/users-1", Double.NaN, null);
    attempt.considered("n2/1/users-1", 2.5e6, "tried");
    attempt.ended(new Unknown("lost"));
    call.note("not tried again: the retry budget of the service is spent");
    call.ended(new Unknown("lost"));
    explained(TraceContext.parse("00-1af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));

    var recent = send(HttpMethod.GET, "/v1/explain", "").json().getJsonArray("calls");
    assertEquals(2, recent.size());
    assertEquals(trace.traceId(), recent.getJsonObject(1).getString("trace"));
    assertEquals(1, recent.getJsonObject(1).getInteger("attempts"));

    var got = send(HttpMethod.GET, "/v1/explain/" + trace.traceId(), "");
    assertEquals(200, got.status());
    var calls = got.json().getJsonArray("calls");
    assertEquals(1, calls.size());
    var told = calls.getJsonObject(0);
    assertEquals("users.get", told.getString("operation"));
    assertEquals("b7ad6b7169203331", told.getString("span"));
    assertEquals("Unknown", told.getJsonObject("failure").getString("kind"));
    var tried = told.getJsonArray("attempts").getJsonObject(0);
    assertEquals("lost", tried.getJsonObject("failure").getString("message"));
    assertNull(tried.getJsonArray("candidates").getJsonObject(0).getValue("costNanos"));
    var other = tried.getJsonArray("candidates").getJsonObject(1);
    assertEquals("tried", other.getString("skipped"));
    assertEquals(2_500_000, other.getLong("costNanos"));
    assertTrue(
        told.getJsonArray("notes").getJsonObject(0).getString("text").startsWith("not tried"));
  }

  @Test
  void aTraceOfWhichNothingIsExplainedIsNotFound() {
    for (var trace : List.of("0".repeat(32), "x", "%00")) {
      var got = send(HttpMethod.GET, "/v1/explain/" + trace, "");
      assertEquals(404, got.status());
      assertEquals("explanation.not_found", got.code());
    }
    assertEquals(405, send(HttpMethod.DELETE, "/v1/explain", "").status());
  }

  private Explanation explained(TraceContext trace) {
    var time = Time.of(vertx);
    var explanation =
        new Explanation(
            time.ticker(),
            time.wall().now(),
            new Request(
                "users.get",
                Operation.Kind.QUERY,
                Payload.of(Buffer.buffer()),
                Deadline.after(time.ticker(), Duration.ofSeconds(1)),
                "",
                Origin.of(trace, "test"),
                null,
                Cancellation.NEVER,
                Policy.DEFAULT));
    explanations.add(explanation);
    return explanation;
  }

  @Test
  void scalingIsAskedForAndItsOutcomeComesBack() {
    var got = send(HttpMethod.POST, "/v1/scale", "{\"users\": 4, \"orders\": 0}");
    assertEquals(200, got.status(), got.body().toString());
    assertEquals("3 ms", got.json().getString("took"));
    assertEquals(Map.of("users", 4, "orders", 0), asked.get());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"user\": 4}|/user: unknown field (expected: orders, users)",
        "{\"users\": 65}|/users: 65 (expected: 0 to 64)",
        "{\"users\": -1}|/users: -1 (expected: 0 to 64)",
        "{\"users\": 1.5}|/users: the number 1.5 (expected: a whole number)",
        "{\"users\": \"4\"}|/users: the string \"4\" (expected: a whole number)",
        "{}|nothing to do (expected: at least one field)",
        "[]|an array (expected: an object)",
      })
  void whatCannotBeScaledIsRefusedAndNothingIsAskedFor(String body, String detail) {
    var got = send(HttpMethod.POST, "/v1/scale", body);
    assertEquals(400, got.status());
    assertEquals("request.invalid", got.code());
    assertEquals(detail, got.json().getString("detail"));
    assertEquals(null, asked.get());
  }

  @Test
  void scalingThatFailsSaysSoAndTellsNoSecrets() {
    outcome = Future.failedFuture(new MeshFailure.NotSent("node n2 is gone"));
    var got = send(HttpMethod.POST, "/v1/scale", "{\"users\": 4}");
    assertEquals(503, got.status());
    assertEquals("scale.incomplete", got.code());
    outcome = Future.failedFuture(new IllegalStateException("hunter2"));
    got = send(HttpMethod.POST, "/v1/scale", "{\"users\": 4}");
    assertEquals(500, got.status());
    assertFalse(got.body().toString().contains("hunter2"));
  }

  @Test
  void settingsAreShownWithoutTheirSecrets() {
    var shown = send(HttpMethod.GET, "/v1/config", "").json();
    assertFalse(shown.encode().contains("hunter"), shown.encode());
    assertEquals(
        "postgresql://weft:***@db:5432/weft?password=***&x=1",
        shown.getJsonObject("postgres.uri").getString("value"));
    assertEquals("conf/node.yaml", shown.getJsonObject("postgres.uri").getString("from"));
    assertEquals(8081, shown.getJsonObject("admin").getInteger("port"));
  }

  @Test
  void pagesOfABrowserAreRefused() {
    var got = send(HttpMethod.POST, "/v1/scale", "{\"users\": 4}", "Origin", "http://evil.example");
    assertEquals(403, got.status());
    assertEquals("origin.refused", got.code());
    assertEquals(null, asked.get());
  }

  @Test
  void otherMethodsAndPathsAreRefused() {
    assertEquals("GET, HEAD, OPTIONS", send(HttpMethod.POST, "/v1/nodes", "{}").header("Allow"));
    assertEquals(404, send(HttpMethod.GET, "/v1/users", "").status());
    assertEquals(200, send(HttpMethod.GET, "/health/ready", "").status());
    var large = send(HttpMethod.POST, "/v1/scale", " ".repeat(20_000));
    assertEquals(413, large.status());
  }

  @Test
  void aTakenPortIsOneLineThatSaysWhatToDo() {
    var other =
        new AdminServer(
            vertx,
            new TwoNodes(),
            Time.of(vertx),
            () -> Future.succeededFuture(new Readiness(List.of())),
            SETTINGS,
            desired -> outcome,
            explanations,
            () -> GatewayFixture.tokens(Time.of(vertx)));
    var failure = Await.failure(other.start("127.0.0.1", port));
    assertTrue(
        failure.getMessage().startsWith("admin port " + port + " is taken ("),
        failure.getMessage());
    assertTrue(failure.getMessage().endsWith("): choose another with --admin-port"));
  }

  /** A mesh that has two nodes and does nothing. */
  private final class TwoNodes implements Mesh {
    @Override
    public <Q, R> Future<Void> serve(Operation<Q, R> operation, Function<Q, Future<R>> handler) {
      throw new UnsupportedOperationException();
    }

    @Override
    public <Q, T> Future<Void> serve(
        StreamOperation<Q, T> operation, Function<Q, Future<? extends ReadStream<T>>> handler) {
      throw new UnsupportedOperationException();
    }

    @Override
    public <Q, T> Future<ItemStream<T>> open(
        StreamOperation<Q, T> operation, Q request, CallOptions options) {
      throw new UnsupportedOperationException();
    }

    @Override
    public <Q, R> Future<R> call(Operation<Q, R> operation, Q request, CallOptions options) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Future<Reply> exchange(
        String operation, Operation.Kind kind, Buffer body, CallOptions options) {
      if (kind != Operation.Kind.COMMAND || !operation.equals("orders.rebuild-summaries")) {
        return Future.failedFuture(new AssertionError(operation));
      }
      return body.toString().equals("{}") ? rebuilt : Future.failedFuture(body.toString());
    }

    @Override
    public Future<Void> withdraw(String deploymentId) {
      throw new UnsupportedOperationException();
    }

    @Override
    public String node() {
      return "n1";
    }

    @Override
    public List<NodeRecord> nodes() {
      return List.of(node("n1", "users"), node("n2", "orders"));
    }

    private static NodeRecord node(String id, String service) {
      return new NodeRecord(
          id,
          "1",
          1,
          "m",
          "site",
          "rack-1",
          "0.1.0",
          State.SERVING,
          2,
          List.of(service),
          Map.of("http", "127.0.0.1:8080"),
          List.of(
              new InstanceRecord("1", service, "1.0.0", 0, 1, State.SERVING, List.of()),
              new InstanceRecord("2", service, "1.0.0", 1, 1, State.DRAINING, List.of())));
    }

    @Override
    public Future<Void> close() {
      return Future.succeededFuture();
    }
  }
}
