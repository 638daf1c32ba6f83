package io.weft.routing.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.weft.routing.Await;
import io.weft.routing.EventClient;
import io.weft.routing.GatewayFixture;
import io.weft.routing.admin.api.Finding.Rule;
import io.weft.routing.admin.api.Tapped;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The admin API and its contract: each route is in it, and answers are as it says. */
class AdminContractTest {
  /** What is for people and browsers, and no part of the API. */
  private static final Set<String> PAGES = Set.of("/", "/console", "/openapi.yaml");

  @TempDir private Path folder;
  private AdminSite site;
  private AdminContract contract;

  @BeforeEach
  void start() throws IOException {
    site = new AdminSite(folder);
    contract = AdminContract.read();
  }

  @AfterEach
  void stop() {
    site.close();
  }

  @Test
  void everyRouteOfTheServerIsInTheContract() {
    var missing = new TreeSet<String>();
    var known = contract.paths();
    for (var route : site.server.router(true, null).getRoutes()) {
      var path = route.getPath();
      if (path == null || route.methods() == null || PAGES.contains(path) || ofPages(path)) {
        continue;
      }
      var written = path.replaceAll(":([A-Za-z]+)", "{$1}");
      for (var method : route.methods()) {
        var name = method.name().toLowerCase(Locale.ROOT);
        var item = known.getJsonObject(written);
        if (item == null || !item.containsKey(name)) {
          missing.add(method.name() + " " + written);
        }
      }
    }
    assertEquals(Set.of(), missing);
    assertTrue(known.size() > 20);
  }

  private static boolean ofPages(String path) {
    return path.startsWith("/console/") || path.startsWith("/docs");
  }

  private void valid(GatewayFixture.Got got, String method, String path) {
    contract.check(method, path, got.status(), got.header("content-type"), got.body());
  }

  private void get(String path, String template) {
    valid(site.get(path), "get", template);
  }

  /** What an edge says, of itself, and a hub of its edges. */
  @Test
  void howLinksAndJournalsStandIsToldAsTheContractSays() {
    var edge =
        new JsonObject()
            .put("journalOrders", 3)
            .put("journalDisputed", 1)
            .put("journalOldestSeconds", 90)
            .put("replicaAgeSeconds", 2);
    var link =
        new JsonObject()
            .put("site", "plant")
            .put("state", "SERVING")
            .put("since", "2026-01-01T00:00:00Z")
            .put("node", "n1")
            .put("roundTripMicros", 1_500)
            .put("bytesSent", 10)
            .put("bytesReceived", 20)
            .put("unacknowledgedBytes", 0)
            .put("nodes", 3)
            .put("services", new JsonArray().add("users"))
            .put("policyEpoch", 2)
            .put("version", "1.0.0")
            .put("clockOffMillis", -7)
            .put("edge", edge);
    site.sites = new JsonObject().put("self", "cloud").put("role", "HUB");
    site.sites.put("edge", edge).put("sites", new JsonArray().add(link));
    get("/v1/sites", "/v1/sites");
    get("/v1/doctor", "/v1/doctor");
  }

  @Test
  void everyAnswerIsAsTheContractSays() {
    var rule = new Rule("W0999", "a rule");
    site.findings = List.of(rule.warn("users", "slow", "wait"));
    site.ghosts.add("n9");
    for (var path :
        List.of(
            "/v1/nodes",
            "/v1/stat",
            "/v1/decisions",
            "/v1/doctor",
            "/v1/explain",
            "/v1/traces",
            "/v1/log",
            "/v1/sagas",
            "/v1/sites",
            "/v1/config",
            "/health/live",
            "/health/ready",
            "/metrics")) {
      get(path, path);
    }
    get("/v1/stat?windowSeconds=99", "/v1/stat");
    get("/v1/traces/" + AdminSite.TRACE, "/v1/traces/{trace}");
    get("/v1/traces/" + "0".repeat(32), "/v1/traces/{trace}");
    get("/v1/sagas/" + AdminSite.ORDER, "/v1/sagas/{order}");
    get("/v1/sagas/1", "/v1/sagas/{order}");
    get("/v1/explain/1", "/v1/explain/{trace}");
    get("/v1/subscribe", "/v1/subscribe");

    var called =
        site.send(HttpMethod.POST, "/v1/calls", "{\"operation\":\"users.get\",\"explain\":true}");
    valid(called, "post", "/v1/calls");
    get("/v1/explain/" + called.json().getString("trace"), "/v1/explain/{trace}");
    valid(
        site.send(
            HttpMethod.POST, "/v1/calls", "{\"operation\":\"users.get\",\"body\":{\"fail\":1}}"),
        "post",
        "/v1/calls");
    valid(site.send(HttpMethod.POST, "/v1/calls", "{}"), "post", "/v1/calls");
    valid(site.send(HttpMethod.PUT, "/v1/log", "{\"level\":\"info\"}"), "put", "/v1/log");
    valid(site.send(HttpMethod.PUT, "/v1/log", "{}"), "put", "/v1/log");
    valid(
        site.send(HttpMethod.POST, "/v1/sagas/" + AdminSite.ORDER + "/retry", ""),
        "post",
        "/v1/sagas/{order}/retry");
    valid(
        site.send(HttpMethod.POST, "/v1/sites/invitations", "{\"site\":\"plant\"}"),
        "post",
        "/v1/sites/invitations");
    valid(
        site.send(HttpMethod.POST, "/v1/sites/invitations", "{\"site\":1}"),
        "post",
        "/v1/sites/invitations");
    valid(
        site.send(HttpMethod.POST, "/v1/sites/join", "{\"code\":\"x\"}"), "post", "/v1/sites/join");
    valid(site.send(HttpMethod.POST, "/v1/sites/renew", "{}"), "post", "/v1/sites/renew");
    valid(
        site.send(HttpMethod.POST, "/v1/sites/plant/revoke", "{}"),
        "post",
        "/v1/sites/{site}/revoke");
    Await.until(site.vertx, () -> site.audit.latest(1).size() == 1);
    get("/v1/audit", "/v1/audit");
  }

  @Test
  void whatStreamsTellIsAsTheContractSays() {
    var live = stream("/v1/live");
    contract.check("Stat", live.next().data());
    Await.until(site.vertx, () -> site.streams.size() == 1);
    site.streams.get(0).give(AdminSite.decision("users-1"));
    var told = live.next();
    while (told.event().equals("stat")) {
      told = live.next();
    }
    contract.check("Decision", told.data());

    var tap = stream("/v1/tap");
    Await.until(site.vertx, () -> site.streams.size() == 2);
    var seen = new Tapped.Seen(AdminSite.NOW, "n1", "a", "b.c", "b-1", "n1", "ok", 1, 1, "t", "me");
    site.streams.get(1).give(new Tapped(List.of(seen), 0));
    contract.check("Call", tap.next().data());
    contract.check("Absent", stream("/v1/tap?service=nosuch").next().data());
  }

  private EventClient stream(String path) {
    return Await.result(site.onLoop(() -> EventClient.connect(site.client, site.port, path)));
  }

  @Test
  void theContractIsServedAndShown() {
    var served = site.get("/openapi.yaml");
    assertEquals(200, served.status());
    assertEquals("application/yaml", served.header("content-type"));
    assertTrue(served.body().toString().contains("title: Weft, for operators"));
    assertEquals(200, site.get("/docs").status());
  }
}
