package io.weft.routing.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.weft.mesh.Event;
import io.weft.mesh.EventQuery;
import io.weft.routing.Await;
import io.weft.routing.EventClient;
import io.weft.routing.GatewayFixture;
import io.weft.routing.RoutingLimits;
import io.weft.routing.admin.api.AuditEntry;
import io.weft.routing.admin.api.Finding.Rule;
import io.weft.routing.admin.api.LogChange;
import io.weft.routing.admin.api.NodeCheck;
import io.weft.routing.admin.api.TapQuery;
import io.weft.routing.admin.api.Tapped;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What operators ask of the admin API, and what it asks of the nodes for them. */
class AdminRoutesTest {
  @TempDir private Path folder;
  private AdminSite site;

  @BeforeEach
  void start() {
    site = new AdminSite(folder);
  }

  @AfterEach
  void stop() {
    site.close();
  }

  private EventClient stream(String path) {
    return Await.result(site.onLoop(() -> EventClient.connect(site.client, site.port, path)));
  }

  private static JsonObject data(EventClient.Sent sent) {
    return new JsonObject(sent.data());
  }

  @Test
  void whatHappenedIsAskedOfAllNodesAndThoseThatDoNotAnswerAreNamed() {
    site.ghosts.add("n9");
    var stat = site.get("/v1/stat?windowSeconds=4").json();
    assertEquals(4, stat.getInteger("windowSeconds"));
    assertEquals(List.of("n9"), stat.getJsonArray("missing").getList());
    assertEquals(2, stat.getJsonArray("nodes").size());
    var users =
        stat.getJsonArray("services").stream()
            .map(JsonObject.class::cast)
            .filter(s -> s.getString("service").equals("users"))
            .findFirst()
            .orElseThrow();
    assertEquals(5.0, users.getDouble("perSecond"), 1e-9);
    assertEquals("routing", stat.getJsonArray("edges").getJsonObject(0).getString("from"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/v1/stat?windowSeconds=0|/windowSeconds: \"0\" (expected: 1 to 60)",
        "/v1/stat?windowSeconds=61|/windowSeconds: \"61\" (expected: 1 to 60)",
        "/v1/stat?windowSeconds=ten|/windowSeconds: \"ten\" (expected: 1 to 60)",
        "/v1/stat?window=5|/window: unknown parameter (expected: one of [windowSeconds])",
        "/v1/stat?windowSeconds=5&windowSeconds=6|"
            + "/windowSeconds: given 2 times (expected: once)",
        "/v1/tap?limit=0|/limit: \"0\" (expected: 1 to 2147483647)",
        "/v1/traces?failed=maybe|/failed: \"maybe\" (expected: true or false)",
        "/v1/traces/xyz|/trace: not the id of a trace (expected: 32 hex digits)",
        "/v1/sagas?state=lost|/state: \"lost\" (expected: parked)",
        "/v1/sagas/1|/order: not the id of an order (expected: a UUID)",
        "/v1/subscribe|/topic: required (expected: service.event, as in orders.placed)",
        "/v1/log?node=n7|/node: \"n7\" (expected: one of [n1])",
      })
  void whatMakesNoSenseIsRefusedAndSaysWhy(String path, String detail) {
    var got = site.get(path);
    assertEquals(400, got.status(), path);
    assertEquals("request.invalid", got.code());
    assertEquals(detail, got.json().getString("detail"));
  }

  @Test
  void liveReadersAreToldNumbersAndDecisionsUntilTheLastOneLeaves() {
    var reader = stream("/v1/live");
    assertEquals("text/event-stream", reader.response.getHeader("Content-Type"));
    var first = reader.next();
    assertEquals("stat", first.event());
    assertEquals(5, data(first).getInteger("windowSeconds"));
    Await.until(site.vertx, () -> site.streams.size() == 1);
    var other = stream("/v1/live");
    assertEquals("stat", other.next().event());

    site.streams.get(0).give(AdminSite.decision("users-7"));
    var told = reader.next();
    while (told.event().equals("stat")) {
      told = reader.next();
    }
    assertEquals("decision", told.event());
    assertEquals("users-7", data(told).getString("subject"));
    assertEquals(1, site.streams.size(), "the nodes are asked once for all readers");

    site.onLoop(() -> reader.response.request().connection().close());
    site.onLoop(() -> other.response.request().connection().close());
    Await.until(site.vertx, () -> site.streams.get(0).cancelled);
  }

  @Test
  void aTapAsksEachNodeWithItsFiltersAndEndsWhenTheReaderGoes() {
    var reader = stream("/v1/tap?service=users&caller=orders&outcome=failed&slowerThanMillis=20");
    Await.until(site.vertx, () -> site.streams.size() == 1);
    assertEquals(List.of(new TapQuery("users", null, "orders", "failed", 20)), site.taps());
    site.streams.get(0).give(new Tapped(List.of(seen("t1"), seen("t2")), 3));
    assertEquals("t1", data(reader.next()).getString("trace"));
    assertEquals("t2", data(reader.next()).getString("trace"));
    var dropped = reader.next();
    assertEquals("dropped", dropped.event());
    assertEquals(3, data(dropped).getInteger("count"));
    assertFalse(site.streams.get(0).cancelled);

    site.onLoop(() -> reader.response.request().connection().close());
    Await.until(site.vertx, () -> site.streams.get(0).cancelled);
  }

  @Test
  void aTapWithALimitEndsByItself() {
    var reader = stream("/v1/tap?limit=1&node=n1");
    Await.until(site.vertx, () -> site.streams.size() == 1);
    site.streams.get(0).give(new Tapped(List.of(seen("t1"), seen("t2")), 0));
    assertEquals("t1", data(reader.next()).getString("trace"));
    Await.result(reader.end);
    Await.until(site.vertx, () -> site.streams.get(0).cancelled);
  }

  @Test
  void aTapSaysWhichOfItsFiltersNameWhatIsNotThereAndWaitsForIt() {
    var reader = stream("/v1/tap?service=nosuch&operation=users.nosuch&node=n7&caller=nobody");
    var service = reader.next();
    assertEquals("absent", service.event());
    assertEquals("service", data(service).getString("filter"));
    assertEquals("nosuch", data(service).getString("name"));
    assertEquals(List.of("node", "orders", "sites", "users"), known(service));
    var operation = reader.next();
    assertEquals("operation", data(operation).getString("filter"));
    assertEquals(List.of("users.get", "users.reserve"), known(operation), "of that service");
    var node = reader.next();
    assertEquals("node", data(node).getString("filter"));
    assertEquals(List.of("n1"), known(node));
    assertEquals(0, data(node).getInteger("more"));
    assertFalse(reader.end.isComplete());
  }

  @Test
  void aTapOfAnOperationOfNoServiceThatIsThereNamesAllOperations() {
    for (var name : List.of("nosuch.get", "nosuch")) {
      var known = known(stream("/v1/tap?operation=" + name).next());
      assertTrue(known.containsAll(List.of("users.get", "orders.events")), known.toString());
    }
  }

  @Test
  void aTapOfWhatIsThereSaysNothingOfIt() {
    var reader = stream("/v1/tap?service=users&operation=users.get&node=n1");
    Await.until(site.vertx, () -> site.streams.size() == 1);
    site.streams.get(0).give(new Tapped(List.of(seen("t1")), 0));
    assertEquals("call", reader.next().event());
  }

  @Test
  void aTapNamesNoMoreOfWhatThereIsThanItsReaderCanLookThrough() {
    for (int i = 0; i <= RoutingLimits.TAP_KNOWN_MAX; i++) {
      site.ghosts.add("g" + i);
    }
    var absent = stream("/v1/tap?node=nobody").next();
    assertEquals(RoutingLimits.TAP_KNOWN_MAX, known(absent).size());
    assertEquals(2, data(absent).getInteger("more"));
  }

  private static List<?> known(EventClient.Sent absent) {
    return data(absent).getJsonArray("known").getList();
  }

  private static Tapped.Seen seen(String trace) {
    return new Tapped.Seen(
        AdminSite.NOW,
        "n1",
        "orders",
        "users.get",
        "users-1",
        "n1",
        "Unknown",
        21_000,
        2,
        trace,
        "");
  }

  @Test
  void streamsAreNoMoreThanTheNodeCanServeAndEndWithIt() {
    var readers = new ArrayList<EventClient>();
    for (int i = 0; i < RoutingLimits.ADMIN_STREAMS_MAX; i++) {
      readers.add(stream("/v1/tap?node=nobody"));
    }
    var full = site.get("/v1/tap");
    assertEquals(503, full.status());
    assertEquals("streams.too_many", full.code());
    site.onLoop(() -> readers.get(0).response.request().connection().close());
    // The server hears of it in a moment; until then there is no room.
    Future<EventClient> another;
    do {
      another =
          site.onLoop(() -> EventClient.connect(site.client, site.port, "/v1/tap?node=nobody"));
      settled(another);
    } while (another.failed());
    Await.result(site.server.close());
    Await.result(readers.get(1).end);
  }

  private static void settled(Future<?> future) {
    Await.result(future.transform(done -> Future.succeededFuture()));
  }

  @Test
  void aCallIsMadeAsWhateverTheOperationIsAndItsAnswerTold() {
    var got =
        site.send(
            HttpMethod.POST,
            "/v1/calls",
            "{\"operation\":\"users.get\",\"body\":{\"id\":\"1\"},\"explain\":true}");
    assertEquals(200, got.status(), got.body().toString());
    assertEquals("ok", got.json().getString("outcome"));
    assertEquals("1", got.json().getJsonObject("body").getString("id"));
    assertTrue(got.json().getLong("micros") >= 0);
    var asked = (JsonObject) site.asked.get(0);
    assertEquals(new JsonObject().put("id", "1"), asked.getJsonObject("request"));
    assertEquals("operator", asked.getString("principal"));
    assertTrue(asked.getBoolean("explain"));
    var explained = site.get("/v1/explain/" + got.json().getString("trace"));
    assertEquals("users.get", call(explained).getString("operation"));
    assertEquals("n1", call(explained).getString("node"));

    site.asked.clear();
    var command =
        site.send(HttpMethod.POST, "/v1/calls", "{\"operation\":\"users.reserve\",\"key\":\"k\"}");
    assertEquals("ok", command.json().getString("outcome"), command.body().toString());
    assertEquals("k", ((JsonObject) site.asked.get(0)).getString("key"));

    // Without a key it is found out that it is a command, and it gets one of its own.
    site.asked.clear();
    site.send(HttpMethod.POST, "/v1/calls", "{\"operation\":\"users.reserve\"}");
    assertEquals(1, site.asked.size());
    assertNotEquals("", ((JsonObject) site.asked.get(0)).getString("key"));
    var refused =
        site.send(
            HttpMethod.POST, "/v1/calls", "{\"operation\":\"users.reserve\",\"kind\":\"query\"}");
    assertEquals("Application", refused.json().getString("outcome"));
    assertEquals(1, site.asked.size());
  }

  private static JsonObject call(GatewayFixture.Got got) {
    return got.json().getJsonArray("calls").getJsonObject(0);
  }

  @Test
  void aCallThatFailsIsAnAnswerToo() {
    var failed =
        site.send(
            HttpMethod.POST, "/v1/calls", "{\"operation\":\"users.get\",\"body\":{\"fail\":true}}");
    assertEquals(200, failed.status());
    assertEquals("Application", failed.json().getString("outcome"));
    assertEquals(
        new JsonObject()
            .put("kind", "Application")
            .put("message", "there is no such user")
            .put("code", "user.not_found"),
        failed.json().getJsonObject("failure"));
    var nobody = site.send(HttpMethod.POST, "/v1/calls", "{\"operation\":\"users.nothing\"}");
    assertEquals("NotSent", nobody.json().getString("outcome"));
    for (var bad :
        List.of(
            "{}",
            "{\"operation\":\"users\"}",
            "{\"operation\":\"users.get\",\"body\":[]}",
            "{\"operation\":\"users.get\",\"timeoutMillis\":0}",
            "{\"operation\":\"users.get\",\"key\":\"" + "k".repeat(300) + "\"}",
            "{\"operation\":\"users.get\",\"kind\":\"stream\"}",
            "{\"operation\":\"users.get\",\"also\":1}",
            "[]",
            "{")) {
      assertEquals(400, site.send(HttpMethod.POST, "/v1/calls", bad).status(), bad);
    }
  }

  @Test
  void aTopicIsHeardOfFromAPositionOn() {
    var reader = stream("/v1/subscribe?topic=orders.placed&after=4");
    Await.until(site.vertx, () -> site.streams.size() == 1);
    assertEquals(
        List.of(new EventQuery(4L, List.of("orders.placed"), null, null)), site.eventQueries());
    site.streams
        .get(0)
        .give(
            new Event(
                5, "orders.placed", "o1", "u1", AdminSite.NOW, Buffer.buffer("{\"total\":7}")));
    var told = reader.next();
    assertEquals("event", told.event());
    assertEquals(5, data(told).getLong("position"));
    assertEquals(7, data(told).getJsonObject("body").getInteger("total"));
    assertEquals(400, site.get("/v1/subscribe?topic=nobody.placed").status());
  }

  @Test
  void levelsOfLogsAreSetOnTheNodesThatAreMeant() {
    assertEquals(
        "INFO",
        site.get("/v1/log")
            .json()
            .getJsonArray("nodes")
            .getJsonObject(0)
            .getJsonObject("loggers")
            .getString("ROOT"));
    var set =
        site.send(
            HttpMethod.PUT, "/v1/log?node=n1", "{\"level\":\"debug\",\"logger\":\"io.weft.mesh\"}");
    assertEquals(200, set.status(), set.body().toString());
    assertEquals(
        List.of(new LogChange(null, null), new LogChange("debug", "io.weft.mesh")), site.asked);
    for (var bad :
        List.of("{}", "{\"level\":\"loud\"}", "{\"level\":\"info\",\"logger\":\"a b\"}")) {
      assertEquals(400, site.send(HttpMethod.PUT, "/v1/log", bad).status(), bad);
    }
    assertEquals(2, site.asked.size());
  }

  @Test
  void whoAskedForWhichChangeIsWrittenDownAndReadAgainByTheNextProcess() {
    site.send(
        HttpMethod.PUT,
        "/v1/log",
        "{\"level\":\"debug\",\"logger\":\"io.weft\"}",
        "Weft-User",
        "ada");
    site.send(HttpMethod.PUT, "/v1/log", "{}", "Weft-User", "not a name\u00e9");
    site.get("/v1/log");
    Await.until(site.vertx, () -> site.audit.latest(9).size() == 2);
    var entries = site.get("/v1/audit").json().getJsonArray("entries");
    assertEquals(2, entries.size());
    var done = entries.getJsonObject(1);
    assertEquals("ada@loopback", done.getString("who"));
    assertEquals("PUT /v1/log", done.getString("action"));
    assertEquals("io.weft", done.getString("subject"));
    assertEquals("debug", done.getString("detail"));
    assertEquals("done", done.getString("outcome"));
    var refused = entries.getJsonObject(0);
    assertEquals("loopback", refused.getString("who"));
    assertEquals("400 request.invalid", refused.getString("outcome"));

    Await.until(site.vertx, () -> lines() == 2);
    var next = new AuditLog(site.vertx, folder.resolve("n1.jsonl"));
    Await.result(next.open());
    assertEquals(
        List.of("400 request.invalid", "done"),
        next.latest(9).stream().map(AuditEntry::outcome).toList());
  }

  @Test
  void whatChangesNothingIsNotWrittenDown() {
    var query = "{\"operation\":\"users.get\",\"kind\":\"query\"}";
    assertEquals(200, site.send(HttpMethod.POST, "/v1/calls", query).status());
    assertEquals(200, site.send(HttpMethod.POST, "/v1/plan", "{\"p99Millis\":50}").status());
    var any = "{\"operation\":\"users.get\"}";
    assertEquals(200, site.send(HttpMethod.POST, "/v1/calls", any).status());
    Await.until(site.vertx, () -> !site.audit.latest(9).isEmpty());
    assertEquals(
        List.of("POST /v1/calls users.get"),
        site.audit.latest(9).stream().map(each -> each.action() + " " + each.subject()).toList());
  }

  private int lines() {
    try {
      return Files.readAllLines(folder.resolve("n1.jsonl")).size();
    } catch (IOException e) {
      return 0;
    }
  }

  @Test
  void aDoctorTellsTheWorstAndEachThingOnce() {
    var rule = new Rule("W0999", "a rule");
    site.findings =
        List.of(rule.warn("users", "slow", "wait"), rule.fail("users", "gone", "start it"));
    var told = site.get("/v1/doctor").json();
    assertEquals("FAIL", told.getString("worst"));
    var checks = told.getJsonArray("checks").stream().map(JsonObject.class::cast).toList();
    var own = checks.stream().filter(c -> c.getString("code").equals("W0999")).toList();
    assertEquals(1, own.size());
    assertEquals("gone", own.get(0).getString("detail"));
    for (var code : List.of("W0101", "W0102", "W0103", "W0104", "W0105", "W0107")) {
      var found = checks.stream().filter(c -> c.getString("code").equals(code)).toList();
      assertFalse(found.isEmpty(), code);
      found.forEach(check -> assertEquals("PASS", check.getString("status"), check.encode()));
    }
    site.findings = List.of();
    site.ghosts.add("old9");
    assertEquals("WARN", site.get("/v1/doctor").json().getString("worst"));
    site.ghosts.add("n9");
    var ghost = site.get("/v1/doctor").json();
    assertEquals("FAIL", ghost.getString("worst"));
    assertEquals("FAIL", check(ghost, "W0102", "n9").getString("status"));
  }

  @Test
  void aDoctorTellsOfANodeThatIsInNoDirectoryAndHasNotLeft() {
    site.missing = List.of(new NodeCheck.Missing("n7", true, 34_000, "silent for 2001 ms"));
    var told = site.get("/v1/doctor").json();
    assertEquals("FAIL", told.getString("worst"));
    assertEquals("FAIL", check(told, "W0107", "n7").getString("status"));
  }

  @Test
  void aDoctorTellsOfANodeWhoseClockIsWrong() {
    site.clockAhead = Duration.ofSeconds(6);
    var clock = check(site.get("/v1/doctor").json(), "W0105", "n1");
    assertEquals("FAIL", clock.getString("status"));
    assertTrue(clock.getString("fix").contains("chrony"), clock.encode());

    site.clockAhead = Duration.ofSeconds(-2);
    clock = check(site.get("/v1/doctor").json(), "W0105", "n1");
    assertEquals("WARN", clock.getString("status"));
    assertTrue(clock.getString("detail").startsWith("-"), clock.encode());
  }

  private static JsonObject check(JsonObject doctor, String code, String subject) {
    return doctor.getJsonArray("checks").stream()
        .map(JsonObject.class::cast)
        .filter(c -> c.getString("code").equals(code) && c.getString("subject").equals(subject))
        .findFirst()
        .orElseThrow(() -> new AssertionError(doctor.encodePrettily()));
  }

  @Test
  void whatOnlyAsksWhatAChangeWouldDoIsNotWrittenDown() {
    site.send(HttpMethod.POST, "/v1/plan", "{\"p99Millis\":100}");
    site.send(HttpMethod.POST, "/v1/scale", "{}");
    Await.until(site.vertx, () -> !site.audit.latest(9).isEmpty());
    var actions = site.audit.latest(9).stream().map(AuditEntry::action).toList();
    assertEquals(List.of("POST /v1/scale"), actions);
  }

  @Test
  void tracesOfAllNodesArePutTogether() {
    var list = site.get("/v1/traces?limit=5&failed=true&operation=orders.place").json();
    assertEquals("POST /v1/orders", list.getJsonArray("traces").getJsonObject(0).getString("root"));
    var asked = (JsonObject) site.asked.get(0);
    assertEquals(5, asked.getInteger("limit"));
    assertTrue(asked.getBoolean("failed"));
    assertEquals("orders.place", asked.getString("operation"));
    var spans = site.get("/v1/traces/" + AdminSite.TRACE).json().getJsonArray("spans");
    assertEquals("a", spans.getJsonObject(0).getString("span"));
    assertEquals(2_000, spans.getJsonObject(1).getLong("offsetMicros"));
    assertEquals("trace.not_found", site.get("/v1/traces/" + "0".repeat(32)).code());
  }

  @Test
  void ordersOnTheirWayAreSeenAndLetGoOn() {
    var parked = site.get("/v1/sagas?state=parked").json();
    assertEquals(AdminSite.ORDER, parked.getJsonArray("sagas").getJsonObject(0).getString("id"));
    assertEquals("PENDING", site.get("/v1/sagas/" + AdminSite.ORDER).json().getString("status"));
    var absent = site.get("/v1/sagas/" + "0".repeat(8) + AdminSite.ORDER.substring(8));
    assertEquals(404, absent.status());
    assertEquals("order.not_found", absent.code());
    var retried = site.send(HttpMethod.POST, "/v1/sagas/" + AdminSite.ORDER + "/retry", "");
    assertEquals(200, retried.status(), retried.body().toString());
    assertEquals("orders.unpark", ((JsonObject) site.asked.get(0)).getString("operation"));
    assertEquals(
        AdminSite.ORDER, ((JsonObject) site.asked.get(0)).getJsonObject("request").getString("id"));
  }

  @Test
  void sitesAreInvitedJoinedAndRevokedAndNoCodeGetsIntoTheAuditLog() {
    assertEquals("ALONE", site.get("/v1/sites").json().getString("role"));
    var invited =
        site.send(HttpMethod.POST, "/v1/sites/invitations", "{\"site\":\"plant\",\"minutes\":5}");
    assertEquals("the code", invited.json().getString("code"));
    site.send(HttpMethod.POST, "/v1/sites/join", "{\"code\":\"s3cret\"}");
    site.send(HttpMethod.POST, "/v1/sites/plant/revoke", "{}");
    assertEquals(
        List.of("sites.invite", "sites.join", "sites.revoke"),
        site.asked.stream().map(each -> ((JsonObject) each).getString("operation")).toList());
    var request = ((JsonObject) site.asked.get(0)).getJsonObject("request");
    assertEquals(5, request.getInteger("minutes"));
    assertEquals(
        "plant", ((JsonObject) site.asked.get(2)).getJsonObject("request").getString("site"));

    Await.until(site.vertx, () -> site.audit.latest(10).size() == 3);
    var log = site.get("/v1/audit").body().toString();
    assertTrue(log.contains("plant"), log);
    assertFalse(log.contains("s3cret"), log);
    assertFalse(log.contains("the code"), log);

    var unknown = site.send(HttpMethod.POST, "/v1/sites/join", "{\"cod\":\"x\"}");
    assertEquals(400, unknown.status());

    assertEquals(
        "the key", site.send(HttpMethod.POST, "/v1/sites/renew", "").json().getString("key"));
    Await.until(site.vertx, () -> site.audit.latest(10).size() == 5);
    assertTrue(site.get("/v1/audit").body().toString().contains("the site"));
  }

  @Test
  void aTraceOfWhichNothingIsExplainedIsNotFound() {
    for (var trace : List.of("0".repeat(32), "x", "%00")) {
      assertEquals("explanation.not_found", site.get("/v1/explain/" + trace).code(), trace);
    }
    assertEquals(0, site.get("/v1/explain").json().getJsonArray("calls").size());
    assertEquals(405, site.send(HttpMethod.DELETE, "/v1/explain", "").status());
  }
}
