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
import io.weft.mesh.CallOptions;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.Operation;
import io.weft.mesh.Readiness;
import io.weft.mesh.Reply;
import io.weft.mesh.discovery.InstanceRecord;
import io.weft.mesh.discovery.NodeRecord;
import io.weft.mesh.discovery.NodeRecord.State;
import io.weft.mesh.pki.DevelopmentAuthority;
import io.weft.mesh.policy.PolicyException;
import io.weft.mesh.security.Role;
import io.weft.mesh.time.Time;
import io.weft.routing.Await;
import io.weft.routing.GatewayFixture;
import io.weft.routing.StubMesh;
import io.weft.routing.admin.Scaling.Wanted;
import io.weft.routing.gateway.PortTls;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
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
  private final StubScaling scaling = new StubScaling();
  private Future<Reply> rebuilt = Future.succeededFuture(Reply.of(Buffer.buffer("{\"after\":7}")));
  private AdminServer server;
  private int port;

  @BeforeEach
  void start() {
    server =
        new AdminServer(
            vertx,
            new TwoNodes(),
            Time.of(vertx),
            () -> Future.succeededFuture(new Readiness(List.of())),
            SETTINGS,
            scaling,
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
    for (var path : List.of("/v1/nodes", "/v1/config", "/v1/stat", "/nonsense")) {
      assertEquals(401, send(HttpMethod.GET, path, "").status(), path);
      assertEquals(401, send(HttpMethod.GET, path, "", "Authorization", "Bearer x").status(), path);
      var got = send(HttpMethod.GET, path, "", "Authorization", "Bearer " + customer);
      assertEquals("access_denied", got.code(), path);
    }
    assertEquals(401, send(HttpMethod.POST, "/v1/scale", "{\"users\":1}").status());
    assertNull(scaling.wanted.get());
    var operator = GatewayFixture.OPERATOR;
    assertEquals(200, send(HttpMethod.GET, "/v1/nodes", "", "Authorization", operator).status());
    var scaled = send(HttpMethod.POST, "/v1/scale", "{\"users\":1}", "Authorization", operator);
    assertEquals(200, scaled.status(), scaled.body().toString());
    assertEquals(200, send(HttpMethod.GET, "/health/live", "").status());
    assertEquals(200, send(HttpMethod.GET, "/console/", "").status());
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
  void scalingIsAskedForAndItsOutcomeComesBack() {
    var got = send(HttpMethod.POST, "/v1/scale", "{\"users\": 4, \"orders\": 0}");
    assertEquals(200, got.status(), got.body().toString());
    assertEquals("3 ms", got.json().getString("took"));
    assertEquals(
        new Wanted(Map.of("users", 4, "orders", 0), null, false, null), scaling.wanted.get());
  }

  @Test
  void aScaleCanSayAZoneTheEpochItIsMadeForAndThatItIsOnlyATrial() {
    var body = "{\"services\": {\"users\": 4}, \"zone\": \"edge-1\", \"dryRun\": true}";
    var got = send(HttpMethod.POST, "/v1/scale", body, "If-Match", "\"3\"");
    assertEquals(200, got.status(), got.body().toString());
    assertEquals(new Wanted(Map.of("users", 4), "edge-1", true, 3L), scaling.wanted.get());

    assertEquals("\"7\"", send(HttpMethod.GET, "/v1/scale", "").header("ETag"));
    for (var wrong : List.of("x", "\"x\"", "*", "-1")) {
      got = send(HttpMethod.POST, "/v1/scale", body, "If-Match", wrong);
      assertEquals(400, got.status(), wrong);
    }
    got = send(HttpMethod.POST, "/v1/scale", "{\"services\": {\"bills\": 4}}");
    assertEquals(
        "/services/bills: unknown field (expected: orders, users)", got.json().getString("detail"));
  }

  @ParameterizedTest
  @CsvSource({
    "scale.out_of_range,409",
    "scale.not_hosted,409",
    "scale.unknown_zone,400",
    "drain.last_instance,409",
    "drain.unknown_node,404"
  })
  void whatTheNodesRefuseComesBackWithItsCode(String code, int status) {
    scaling.outcome = Future.failedFuture(new MeshFailure.Application(code, "because"));
    var got = send(HttpMethod.POST, "/v1/nodes/n2/drain", "");
    assertEquals(status, got.status());
    assertEquals(code, got.code());
    assertEquals("because", got.json().getString("detail"));
  }

  @Test
  void anEpochThatIsPastIsRefusedWithTheOneThatCounts() {
    scaling.outcome = Future.failedFuture(PolicyException.conflict("at epoch 4 (expected: 3)"));
    var got = send(HttpMethod.POST, "/v1/scale", "{\"users\": 4}", "If-Match", "\"3\"");
    assertEquals(412, got.status());
    assertEquals("scale.conflict", got.code());
    assertEquals("at epoch 4 (expected: 3)", got.json().getString("detail"));
  }

  @Test
  void nodesAreDrainedByForceOrNotAndTakenBack() {
    assertEquals(200, send(HttpMethod.POST, "/v1/nodes/n2/drain", "").status());
    assertEquals(200, send(HttpMethod.POST, "/v1/nodes/n2/drain?force", "").status());
    assertEquals(200, send(HttpMethod.POST, "/v1/nodes/n2/drain?dry-run", "").status());
    assertEquals(200, send(HttpMethod.POST, "/v1/nodes/n2/undrain", "").status());
    assertEquals(List.of("n2", "n2 by force", "n2 as a trial", "n2 back"), scaling.drains);
    assertEquals(405, send(HttpMethod.GET, "/v1/nodes/n2/drain", "").status());
  }

  @Test
  void aPlanIsMadeForATargetAndARate() {
    var got =
        send(
            HttpMethod.POST,
            "/v1/plan",
            "{\"service\": \"users\", \"p99Millis\": 50, \"ratePercent\": 150}");
    assertEquals(200, got.status(), got.body().toString());
    assertEquals(new Scaling.Target("users", 50, 1.5), scaling.target.get());
    assertEquals(200, send(HttpMethod.POST, "/v1/plan", "{\"p99Millis\": 50}").status());
    assertEquals(new Scaling.Target(null, 50, 1), scaling.target.get());
    for (var wrong :
        List.of("{}", "{\"p99Millis\": 0}", "{\"p99Millis\": 5, \"service\": \"bills\"}")) {
      assertEquals(400, send(HttpMethod.POST, "/v1/plan", wrong).status(), wrong);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"user\": 4}|/user: unknown field (expected: orders, users)",
        "{\"users\": 10001}|/users: 10001 (expected: 0 to 10000)",
        "{\"users\": -1}|/users: -1 (expected: 0 to 10000)",
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
    assertNull(scaling.wanted.get());
  }

  @Test
  void scalingThatFailsSaysSoAndTellsNoSecrets() {
    scaling.outcome = Future.failedFuture(new MeshFailure.NotSent("node n2 is gone"));
    var got = send(HttpMethod.POST, "/v1/scale", "{\"users\": 4}");
    assertEquals(503, got.status());
    assertEquals("scale.incomplete", got.code());
    scaling.outcome = Future.failedFuture(new IllegalStateException("hunter2"));
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
    assertNull(scaling.wanted.get());
  }

  @Test
  void theConsolesOwnPageIsNot() {
    var own = "http://127.0.0.1:" + port;
    assertEquals(200, send(HttpMethod.POST, "/v1/summaries/rebuild", "", "Origin", own).status());
    assertEquals(200, send(HttpMethod.GET, "/console/", "", "Origin", own).status());
  }

  @Test
  void aNameThatWasMadeToLeadHereIsRefused() {
    for (var path : List.of("/v1/config", "/console/", "/metrics", "/health/live")) {
      var got = send(HttpMethod.GET, path, "", "Host", "evil.example:" + port);
      assertEquals(403, got.status(), path);
      assertEquals("host.refused", got.code(), path);
    }
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
            scaling,
            () -> GatewayFixture.tokens(Time.of(vertx)));
    var failure = Await.failure(other.start("127.0.0.1", port));
    assertTrue(
        failure.getMessage().startsWith("admin port " + port + " is taken ("),
        failure.getMessage());
    assertTrue(failure.getMessage().endsWith("): choose another with --admin-port"));
  }

  /** A mesh that has two nodes and does nothing. */
  private final class TwoNodes extends StubMesh {
    @Override
    public <Q, R> Future<R> call(Operation<Q, R> operation, Q request, CallOptions options) {
      return Future.failedFuture(new MeshFailure.NotSent("nobody is there"));
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
  }
}
