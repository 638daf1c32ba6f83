package io.weft.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import io.vertx.micrometer.MicrometerMetricsFactory;
import io.vertx.micrometer.MicrometerMetricsOptions;
import io.vertx.micrometer.VertxPrometheusOptions;
import io.weft.mesh.Readiness;
import io.weft.mesh.ServiceProvider;
import io.weft.mesh.ServiceProvider.Host;
import io.weft.mesh.bus.BusMesh;
import io.weft.mesh.time.Time;
import io.weft.routing.contract.ContractException;
import java.util.List;
import java.util.ServiceLoader;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The gateway as a node hosts it. */
class RoutingProviderTest {
  private static final String USER = "/v1/users/" + GatewayFixture.ID;

  @Test
  void aNodeFindsTheProviderByItsInterface() {
    assertTrue(
        ServiceLoader.load(ServiceProvider.class).stream()
            .anyMatch(p -> p.type() == RoutingProvider.class));
  }

  @Test
  void clientsMayAskForExplanationsWhereOnlyThisHostIsOneOrTheSettingSaysSo() {
    for (var host : List.of("127.0.0.1", "::1", "localhost")) {
      assertTrue(explains(host, null), host);
      assertFalse(explains(host, "never"), host);
    }
    for (var host : List.of("0.0.0.0", "::", "10.0.0.7", "1270.example")) {
      assertFalse(explains(host, null), host);
      assertFalse(explains(host, "loopback"), host);
      assertTrue(explains(host, "always"), host);
    }
  }

  private static boolean explains(String hostName, String setting) {
    var http = new JsonObject().put("host", hostName);
    if (setting != null) {
      http.put("explain", setting);
    }
    var vertx = Vertx.vertx();
    try {
      return RoutingProvider.explains(
          new Host(
              vertx,
              BusMesh.local(vertx),
              Time.of(vertx),
              new JsonObject().put("http", http),
              () -> Future.succeededFuture(new Readiness(List.of()))));
    } finally {
      Await.result(vertx.close());
    }
  }

  @Test
  void instancesShareOneEphemeralPortAndTheNodeLearnsIt() {
    try (var gateway = new GatewayFixture(Vertx.vertx(), 3)) {
      var left =
          gateway
              .vertx
              .sharedData()
              .<String, String>getLocalMap(RoutingProvider.ADDRESSES)
              .get("http");
      assertEquals("127.0.0.1:" + gateway.port, left);
      for (int i = 0; i < 12; i++) {
        assertEquals(200, gateway.get(USER).status());
      }
      long instances =
          gateway.mesh.nodes().get(0).instances().stream()
              .filter(i -> i.service().equals("routing"))
              .count();
      assertEquals(3, instances);
    }
  }

  @Test
  void aTakenPortIsOneLineThatSaysWhatToDo() {
    try (var gateway = new GatewayFixture()) {
      var other = Vertx.vertx();
      var http = gateway.host.settings().getJsonObject("http").copy().put("port", gateway.port);
      var host =
          new Host(
              other,
              io.weft.mesh.bus.BusMesh.local(other),
              Time.of(other),
              new JsonObject().put("http", http),
              gateway.host.readiness(),
              gateway.host.tokens());
      var provider = new RoutingProvider();
      Await.result(provider.open(host));
      var failure = Await.failure(other.deployVerticle(provider.instance(host)));
      assertTrue(
          failure
              .getMessage()
              .matches(
                  "http port %d is taken \\(.*\\): choose another with --http-port"
                      .formatted(gateway.port)),
          failure.getMessage());
      Await.result(other.close());
    }
  }

  @Test
  void aContractThatCannotBeReadKeepsTheNodeFromStarting() {
    var vertx = Vertx.vertx();
    var settings =
        new JsonObject().put("http", new JsonObject().put("contract", "nowhere/openapi.yaml"));
    var host =
        new Host(
            vertx,
            io.weft.mesh.bus.BusMesh.local(vertx),
            Time.of(vertx),
            settings,
            () -> Future.succeededFuture(new Readiness(List.of())));
    var failure = Await.failure(new RoutingProvider().open(host));
    assertEquals(ContractException.class, failure.getClass());
    Await.result(vertx.close());
  }

  @Test
  void aStoppingGatewayFinishesWhatItRuns() {
    try (var gateway = new GatewayFixture()) {
      Promise<Void> arrived = Promise.promise();
      Promise<Buffer> held = Promise.promise();
      gateway.answers.put(
          "users.get",
          (called, call) -> {
            arrived.complete();
            return held.future();
          });
      var running = gateway.start(HttpMethod.GET, USER, "");
      Await.result(arrived.future());
      var stopped = gateway.vertx.undeploy(gateway.instances.get(0));
      var clients = gateway.keep(gateway.vertx.createNetClient());
      Await.result(gateway.onLoop(() -> refusal(clients, gateway.port)));
      assertFalse(stopped.isComplete());
      held.complete(Buffer.buffer("{\"id\":\"u\",\"version\":1}"));
      assertEquals(200, Await.result(running).status());
      Await.result(stopped);
    }
  }

  /** Connects until that is refused; who waited to be accepted is reset on the way. */
  private static Future<Void> refusal(NetClient clients, int port) {
    Promise<Void> refused = Promise.promise();
    connect(clients, port, refused);
    return refused.future();
  }

  private static void connect(NetClient clients, int port, Promise<Void> refused) {
    clients
        .connect(port, "127.0.0.1")
        .compose(NetSocket::close)
        .onComplete(
            (closed, failure) -> {
              if (failure != null && String.valueOf(failure.getMessage()).contains("refused")) {
                refused.complete();
              } else {
                connect(clients, port, refused);
              }
            });
  }

  @Test
  void aNodeThatIsReadySaysSoCheckByCheckAndOneThatIsNotIs503() {
    try (var gateway = new GatewayFixture()) {
      assertEquals("{\"status\":\"live\"}", gateway.get("/health/live").body().toString());
      assertEquals(200, gateway.get("/health/ready").status());
      gateway.readiness =
          Future.succeededFuture(
              new Readiness(List.of(new Readiness.Check("users", false, "no database"))));
      var got = gateway.get("/health/ready");
      assertEquals(503, got.status());
      assertEquals("not ready", got.json().getString("status"));
      assertEquals(
          "no database", got.json().getJsonArray("checks").getJsonObject(0).getString("detail"));
      gateway.readiness = Future.failedFuture("password=hunter2");
      var failed = gateway.get("/health/ready");
      assertEquals(503, failed.status());
      assertFalse(failed.body().toString().contains("hunter2"));
      gateway.readiness = Promise.<Readiness>promise().future();
      assertEquals(503, gateway.get("/health/ready").status());
      assertEquals(200, gateway.get("/health/live").status());
    }
  }

  @Test
  void metricsAreShownWhenTheyAreOnAndExplainedWhenTheyAreOff() {
    try (var gateway = new GatewayFixture()) {
      var got = gateway.get("/metrics");
      assertEquals(404, got.status());
      assertEquals("metrics.off", got.code());
    }
    var metrics =
        new MicrometerMetricsOptions()
            .setEnabled(true)
            .setPrometheusOptions(new VertxPrometheusOptions().setEnabled(true));
    var vertx =
        Vertx.builder()
            .with(new VertxOptions().setMetricsOptions(metrics))
            .withMetrics(new MicrometerMetricsFactory())
            .build();
    try (var gateway = new GatewayFixture(vertx, 1)) {
      gateway.get(USER);
      var got = gateway.get("/metrics");
      assertEquals(200, got.status());
      var series =
          "weft_http_request_seconds_count{operation=\"users.get\",port=\"http\",status=\"";
      assertTrue(got.body().toString().contains(series), got.body().toString());
    }
  }

  @Test
  void thePageToTryTheApiNeedsNothingFromOtherHosts() {
    try (var gateway = new GatewayFixture()) {
      var page = gateway.get("/docs");
      assertEquals(200, page.status());
      assertTrue(page.header("Content-Security-Policy").startsWith("default-src 'none'; "));
      var html = page.body().toString();
      assertFalse(html.contains("http://") || html.contains("https://"), html);
      var linked = Pattern.compile("(?:src|href)=\"([^\"]+)\"").matcher(html);
      int links = 0;
      while (linked.find()) {
        var got = gateway.get(linked.group(1));
        assertEquals(200, got.status(), linked.group(1));
        assertTrue(got.body().length() > 0, linked.group(1));
        assertEquals(
            304, gateway.get(linked.group(1), "If-None-Match", got.header("ETag")).status());
        links++;
      }
      assertEquals(5, links);
      var contract = gateway.get("/openapi.yaml");
      assertEquals("application/yaml", contract.header("Content-Type"));
      assertTrue(contract.body().toString().contains("openapi: 3.1.0"));
    }
  }
}
