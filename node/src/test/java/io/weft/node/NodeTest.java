package io.weft.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hazelcast.core.Hazelcast;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.weft.mesh.CallOptions;
import io.weft.mesh.Operation.Kind;
import io.weft.mesh.TraceContext;
import io.weft.mesh.pki.Expiry;
import io.weft.mesh.security.Role;
import io.weft.node.observe.MetricsDocument;
import io.weft.node.observe.NodeTraces;
import io.weft.node.settings.SettingLayers;
import io.weft.node.settings.Settings;
import io.weft.routing.admin.AdminContract;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole nodes in this process, on real PostgreSQL, real Hazelcast and real HTTP. */
class NodeTest {
  private static final long PATIENCE_SECONDS = 60;
  private static final String UNKNOWN = "00000000-0000-4000-8000-000000000000";

  private static final Set<String> AT_A_SITE_WITH_A_HUB =
      Set.of(
          "weft_replica_users",
          "weft_replica_age_seconds",
          "weft_orders_instances",
          "weft_journal_orders",
          "weft_journal_age_seconds",
          "weft_purses",
          "weft_purses_minor_units");

  @TempDir private Path data;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Deque<Node> running = new ArrayDeque<>();

  @AfterEach
  void stopWhatStillRuns() throws Exception {
    // At once, as scripts/stop.sh does.
    await(Future.join(running.stream().map(Node::stop).toList()));
  }

  @Test
  void aNodeIsReadyTellsWhereAndLeavesNothingBehind() throws Exception {
    var node = start("n1", "users=2,orders,routing", freePort(), "");
    var ready = get(node, "http", "/health/ready");
    assertEquals(200, ready.statusCode(), ready.body());
    var checks = new JsonObject(ready.body()).getJsonArray("checks");
    assertEquals(
        List.of("cluster", "postgres", "orders", "users", "routing").stream().sorted().toList(),
        checks.stream().map(c -> ((JsonObject) c).getString("name")).sorted().toList());

    var file = NodeFile.list(data).get(0);
    assertEquals("n1", file.name());
    assertTrue(file.alive());
    assertEquals(node.addresses(), file.addresses());
    assertEquals(2, serving(node, "n1", "users"));

    assertEquals(200, get(node, "http", "/v1/users").statusCode());
    var metrics = get(node, "admin", "/metrics").body();
    assertTrue(metrics.contains("weft_attempt_seconds"), metrics);
    assertShownAsDocumented(node);
    assertTracesAreTold(node);
    assertTrue(metrics.contains("jvm_memory_used_bytes"), metrics);
    assertFalse(get(node, "admin", "/v1/config").body().matches(".*postgresql://\\S+:[^*]\\S+@.*"));

    await(running.pop().stop());
    assertEquals(List.of(), NodeFile.list(data));
    // Whoever was the last stops PostgreSQL too.
    assertFalse(Files.exists(data.resolve("postgres/cluster/postmaster.pid")));
  }

  @Test
  void anOrderPlacedAtOneNodeIsServedByTheOtherAndSurvivesARestart() throws Exception {
    int seed = freePort();
    var first = start("n1", "users=1,orders=0,routing=1", seed, "");
    var second = start("n2", "users=0,orders=1,routing=1", freePort(), "127.0.0.1:" + seed);

    var user =
        new JsonObject()
            .put("email", "ada@example.com")
            .put("name", "Ada")
            .put("currency", "EUR")
            .put("creditLimit", 10_000);
    var created = post(second, "http", "/v1/users", "", user);
    assertEquals(201, created.statusCode(), created.body());
    var id = new JsonObject(created.body()).getString("id");

    // Placed at the node that has no orders; it reserves at the node that has no users.
    var order = order(id, 3, 1_999);
    var trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    var placed =
        http.send(
            posting(first, "http", "/v1/orders", "key-1", order)
                .header("traceparent", "00-" + trace + "-00f067aa0ba902b7-01")
                .build(),
            BodyHandlers.ofString());
    assertEquals(201, placed.statusCode(), placed.body());
    var confirmed = new JsonObject(placed.body());
    assertEquals("CONFIRMED", confirmed.getString("status"), placed.body());
    assertEquals(5_997, confirmed.getLong("total"));

    var again = post(second, "http", "/v1/orders", "key-1", order);
    assertEquals("true", again.headers().firstValue("Idempotency-Replayed").orElse("false"));
    assertEquals(confirmed.getString("id"), new JsonObject(again.body()).getString("id"));

    var refused = post(second, "http", "/v1/orders", "key-2", order(id, 3, 1_999));
    assertEquals("REJECTED", new JsonObject(refused.body()).getString("status"), refused.body());

    // Told at the node that has no orders, and gone on with at the one that has them.
    var events = "/v1/users/" + id + "/orders/events";
    assertEquals(
        List.of("id: 1", "event: orders.placed", "id: 2", "event: orders.confirmed"),
        events(first, events, "0", 2));
    assertEquals(
        List.of("id: 3", "event: orders.placed", "id: 4", "event: orders.rejected"),
        events(second, events, "2", 2));
    assertEquals(404, get(first, "http", events.replace(id, UNKNOWN)).statusCode());
    assertEquals(4, summaryAt(first, id, 4).getLong("position"));
    var rebuilt = post(first, "admin", "/v1/summaries/rebuild", "", new JsonObject());
    assertEquals("{\"after\":0}", rebuilt.body());
    assertEquals(2, summaryAt(second, id, 4).getJsonArray("totals").size());
    assertOneTrace(second, trace);

    await(second.stop());
    await(first.stop());
    running.clear();
    var third = start("n3", "users,orders,routing", freePort(), "");
    var found = get(third, "http", "/v1/orders?userId=" + id + "&status=CONFIRMED");
    var items = new JsonObject(found.body()).getJsonArray("items");
    assertEquals(1, items.size(), found.body());
    assertEquals(5_997, items.getJsonObject(0).getLong("total"));
  }

  @Test
  void servicesAreScaledAcrossNodesWithoutARestart() throws Exception {
    int seed = freePort();
    var first = start("n1", "users=1,routing=1", seed, "");
    var second = start("n2", "users=0,routing=0", freePort(), "127.0.0.1:" + seed);

    // Asked of the node that has none, about both.
    var up = post(second, "admin", "/v1/scale", "", new JsonObject().put("users", 4));
    assertEquals(200, up.statusCode(), up.body());
    assertTrue(new JsonObject(up.body()).getBoolean("visible"), up.body());
    assertEquals(2, serving(second, "n1", "users"));
    assertEquals(2, serving(second, "n2", "users"));

    var down = post(first, "admin", "/v1/scale", "", new JsonObject().put("users", 1));
    assertEquals(200, down.statusCode(), down.body());
    assertEquals(1, serving(first, "n1", "users") + serving(first, "n2", "users"));

    var nothing = post(first, "admin", "/v1/scale", "", new JsonObject().put("users", 1));
    var services = new JsonObject(nothing.body()).getJsonArray("services");
    assertEquals(new JsonArray(), services.getJsonObject(0).getJsonArray("steps"));

    var unknown = post(first, "admin", "/v1/scale", "", new JsonObject().put("bills", 1));
    assertEquals(400, unknown.statusCode(), unknown.body());
  }

  @Test
  void anyNodeTellsOfTheWholeSiteAndTakesWhatOperatorsAskOfIt() throws Exception {
    int seed = freePort();
    var first = start("n1", "users=0,orders=1,routing=1", seed, "");
    var second = start("n2", "users=1", freePort(), "127.0.0.1:" + seed);
    var tap =
        http.sendAsync(
            request(second, "admin", "/v1/tap?operation=users.list&node=n1&limit=1").build(),
            BodyHandlers.ofString());
    // Called at the one, served by the other, seen at the other.
    JsonObject users;
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    do {
      assertTrue(System.nanoTime() < until, "nothing is told of users");
      assertEquals(200, get(first, "http", "/v1/users").statusCode());
      users = serviceOf(new JsonObject(get(second, "admin", "/v1/stat").body()), "users");
    } while (users.getDouble("perSecond") == 0 || !tap.isDone());
    assertEquals(1, users.getInteger("instances"));
    assertEquals("n2", users.getJsonArray("instanceStats").getJsonObject(0).getString("node"));
    var seen = tap.get().body();
    assertTrue(seen.contains("\"targetNode\":\"n2\""), seen);
    assertTrue(seen.contains("\"node\":\"n1\""), seen);

    var doctor = new JsonObject(get(second, "admin", "/v1/doctor").body());
    assertNotEquals("FAIL", doctor.getString("worst"), doctor.encodePrettily());
    var codes =
        doctor.getJsonArray("checks").stream()
            .map(check -> ((JsonObject) check).getString("code"))
            .collect(Collectors.toCollection(TreeSet::new));
    assertTrue(
        codes.containsAll(
            List.of(
                "W0101", "W0104", "W0107", "W0201", "W0202", "W0204", "W0205", "W0206", "W0301",
                "W0303", "W0305")),
        codes.toString());

    var call = new JsonObject().put("operation", "users.list").put("node", "n2");
    var called = new JsonObject(post(first, "admin", "/v1/calls", "", call).body());
    assertEquals("ok", called.getString("outcome"), called.encode());
    var audit = new JsonObject(get(second, "admin", "/v1/audit").body()).getJsonArray("entries");
    assertEquals("users.list", audit.getJsonObject(0).getString("subject"), audit.encode());
    assertEquals("n1", audit.getJsonObject(0).getString("node"));

    assertAnswersAreAsContracted(first);

    await(running.pop().stop());
    var decisions = get(first, "admin", "/v1/decisions").body();
    assertTrue(decisions.contains("node-left"), decisions);
    var missing = checks(get(first, "admin", "/v1/doctor").body(), "W0107");
    assertEquals(List.of("PASS"), missing, "it has left in order");
  }

  private static List<String> checks(String doctor, String code) {
    return new JsonObject(doctor)
        .getJsonArray("checks").stream()
            .map(JsonObject.class::cast)
            .filter(check -> check.getString("code").equals(code))
            .map(check -> check.getString("status"))
            .toList();
  }

  private static JsonObject serviceOf(JsonObject stat, String name) {
    return stat.getJsonArray("services").stream()
        .map(JsonObject.class::cast)
        .filter(service -> service.getString("service").equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError(stat.encode()));
  }

  @Test
  void aNodeWhosePostgresDiesIsNotReadyAndRecoversByItself() throws Exception {
    var node = start("n1", "users,routing", freePort(), "");
    var pid = Files.readAllLines(data.resolve("postgres/cluster/postmaster.pid")).get(0).strip();
    ProcessHandle.of(Long.parseLong(pid)).orElseThrow().destroyForcibly();
    awaitStatus(node, "/health/ready", 503);
    awaitStatus(node, "/v1/users", 200);
    awaitStatus(node, "/health/ready", 200);
  }

  @Test
  void aNodeThatLostItsClusterSaysSoAndStopsAsWellAsAny() throws Exception {
    int port = freePort();
    var node = start("n1", "users,routing", port, "");
    assertFalse(node.ended().isComplete());

    Hazelcast.getAllHazelcastInstances().stream()
        .filter(member -> member.getCluster().getLocalMember().getAddress().getPort() == port)
        .forEach(member -> member.getLifecycleService().terminate());

    await(node.ended());
    await(running.pop().stop());
    assertEquals(List.of(), NodeFile.list(data));
    assertFalse(Files.exists(data.resolve("postgres/cluster/postmaster.pid")));
  }

  @Test
  void aFailedStartGivesEverythingBack() throws Exception {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int cluster = freePort();
      var flags = flags("n1", "users,routing", cluster, "");
      flags.add("--http-port=" + taken.getLocalPort());
      var failure = failure(Node.start(settings(flags)));
      assertTrue(failure.getMessage().contains("--http-port"), failure.getMessage());
      assertEquals(List.of(), NodeFile.list(data));
      assertFalse(Files.exists(data.resolve("postgres/cluster/postmaster.pid")));
      // The same ports are free again.
      start("n1", "users,routing", cluster, "");
    }
  }

  /** Services are asked how they stand now and then, and not all at once. */
  private void assertShownAsDocumented(Node node) throws Exception {
    var documented = MetricsDocument.documented();
    Map<String, MetricsDocument.Shape> shown;
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    do {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
      shown = MetricsDocument.shown(get(node, "admin", "/metrics").body());
      assertTrue(System.nanoTime() < deadline, shown.toString());
    } while (!shown.containsKey("weft_saga_unfinished")
        || !shown.containsKey("weft_bridge_clients")
        || !shown.containsKey("weft_instance_limit")
        || !shown.containsKey("weft_breakers"));
    shown.forEach((name, shape) -> assertEquals(documented.get(name), shape, name));
    // What is neither here nor shown later comes only with other nodes, or with trouble.
    var missing = new TreeSet<>(documented.keySet());
    missing.removeAll(shown.keySet());
    missing.remove("weft_decisions_total");
    missing.removeIf(name -> name.startsWith("weft_link")); // Of sites, which is not hosted here.
    missing.removeAll(AT_A_SITE_WITH_A_HUB);
    assertEquals(
        Set.of("weft_peer_outbox_bytes", "weft_discovery_ignored_total", Expiry.METRIC), missing);
  }

  /** What steers a site is answered as the contract says, and written down only when it changes. */
  private void assertAnswersAreAsContracted(Node node) throws Exception {
    var asked = new Contracted(node, AdminContract.read());
    var policies = new JsonObject(asked.get(200, "/v1/policies"));
    var yaml = "defaults: {}\n";
    asked.post(200, "/v1/policies", "?dry-run", yaml);
    asked.post(400, "/v1/policies", "?dry-run", "nonsense: 1\n");
    asked.post(400, "/v1/policies", "", yaml);
    asked.post(409, "/v1/policies", "?expect=999999", yaml);
    asked.post(200, "/v1/policies", "?expect=" + policies.getLong("epoch"), yaml);
    asked.post(200, "/v1/policies/rollback", "?to=0", "");
    asked.post(400, "/v1/policies/rollback", "?to=x", "");

    asked.get(200, "/v1/scale");
    asked.post(200, "/v1/scale", "", "{\"services\":{\"users\":2},\"dryRun\":true}");
    asked.post(200, "/v1/scale", "", "{\"users\":2}");
    asked.post(400, "/v1/scale", "", "{\"bills\":2}");
    asked.post(200, "/v1/plan", "", "{\"p99Millis\":100}");
    asked.post(400, "/v1/plan", "", "{}");
    asked.post(200, "/v1/nodes/{node}/drain", "n2", "");
    asked.post(200, "/v1/nodes/{node}/undrain", "n2", "");
    asked.post(404, "/v1/nodes/{node}/drain", "n9", "");

    asked.get(200, "/v1/upstreams");
    var upstream = "{\"endpoints\":[\"127.0.0.1:" + freePort() + "\"]}";
    asked.send("put", 200, "/v1/upstreams/{name}", "reports", upstream);
    asked.send("put", 400, "/v1/upstreams/{name}", "reports", "{\"route\":1}");
    asked.get(200, "/v1/upstreams");
    asked.send("delete", 204, "/v1/upstreams/{name}", "reports", "");
    asked.send("delete", 404, "/v1/upstreams/{name}", "reports", "");
    for (var path : List.of("/v1/nodes", "/v1/stat", "/v1/doctor", "/v1/config", "/v1/audit")) {
      asked.get(200, path);
    }

    var written =
        new JsonObject(get(node, "admin", "/v1/audit").body())
            .getJsonArray("entries").stream()
                .map(entry -> ((JsonObject) entry).getString("action"))
                .collect(Collectors.groupingBy(action -> action, Collectors.counting()));
    assertEquals(3, written.get("POST /v1/policies"), written.toString());
    assertEquals(2, written.get("POST /v1/scale"), written.toString());
    assertFalse(written.containsKey("POST /v1/plan"), written.toString());
  }

  /** Asks a node's admin API, and holds each answer to the contract. */
  private final class Contracted {
    private final Node node;
    private final AdminContract contract;

    Contracted(Node node, AdminContract contract) {
      this.node = node;
      this.contract = contract;
    }

    String get(int status, String path) throws Exception {
      return send("get", status, path, "", "");
    }

    /** What stands for the name in a path, or else comes behind it. */
    void post(int status, String path, String more, String body) throws Exception {
      send("post", status, path, more, body);
    }

    String send(String method, int status, String path, String more, String body) throws Exception {
      var target = path.contains("{") ? path.replaceAll("\\{\\w+}", more) : path + more;
      var type = body.startsWith("{") ? "application/json" : "application/yaml";
      var request =
          request(node, "admin", target)
              .header("Content-Type", type)
              .method(method.toUpperCase(Locale.ROOT), BodyPublishers.ofString(body))
              .build();
      var got = http.send(request, BodyHandlers.ofString());
      assertEquals(status, got.statusCode(), method + " " + target + ": " + got.body());
      var gotType = got.headers().firstValue("content-type").orElse("");
      contract.check(method, path, status, gotType, Buffer.buffer(got.body()));
      return got.body();
    }
  }

  /** From the gateway over the bus to the saga, its call at the other node, and its events. */
  private void assertOneTrace(Node node, String trace) throws Exception {
    var applied = List.of("apply orders.placed", "apply orders.confirmed");
    Map<String, JsonObject> named;
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    do {
      var got = new JsonObject(get(node, "admin", "/v1/traces/" + trace).body());
      named = new HashMap<>();
      for (var each : got.getJsonArray("spans")) {
        var span = (JsonObject) each;
        named.put(span.getString("name") + " " + span.getString("kind"), span);
      }
      assertTrue(System.nanoTime() < until, got.encodePrettily());
    } while (!named.keySet().containsAll(applied.stream().map(a -> a + " INTERNAL").toList()));
    // Each is the child of the one before it, across nodes and services.
    var chain =
        List.of(
            "orders.place CLIENT",
            "orders.place attempt CLIENT",
            "orders.place SERVER",
            "orders.saga PENDING INTERNAL",
            "users.reserve CLIENT",
            "users.reserve attempt CLIENT",
            "users.reserve SERVER");
    var parent = named.get("POST /v1/orders SERVER");
    assertEquals("00f067aa0ba902b7", parent.getString("parent"));
    for (var name : chain) {
      var span = named.get(name);
      assertNotNull(span, name + " is not in " + named.keySet());
      assertEquals(parent.getString("span"), span.getString("parent"), name);
      parent = span;
    }
    assertEquals(
        named.get("orders.place SERVER").getString("span"),
        named.get("apply orders.placed INTERNAL").getString("parent"));
    assertEquals(
        named.get("orders.saga PENDING INTERNAL").getString("span"),
        named.get("apply orders.confirmed INTERNAL").getString("parent"));
    assertEquals(
        Set.of("n1", "n2"),
        named.values().stream().map(s -> s.getString("node")).collect(Collectors.toSet()));
  }

  private static void assertTracesAreTold(Node node) throws Exception {
    var mesh = node.host().mesh();
    var trace = TraceContext.parse("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    var options = CallOptions.DEFAULT.withTrace(trace);
    await(mesh.exchange("users.list", Kind.QUERY, Buffer.buffer("{\"limit\":1}"), options));

    var asked = new NodeTraces.Asked(trace.traceId(), null, null, null, null);
    var told = await(mesh.call(NodeTraces.TRACES, asked, CallOptions.DEFAULT.withNode("n1")));
    assertEquals(
        Set.of("users.list", "users.list attempt"),
        told.spans().stream().map(NodeTraces.Line::name).collect(Collectors.toSet()));
    assertEquals(3, told.spans().size());
  }

  private Node start(String name, String services, int clusterPort, String join) throws Exception {
    var node = await(Node.start(settings(flags(name, services, clusterPort, join))));
    running.push(node);
    return node;
  }

  private List<String> flags(String name, String services, int clusterPort, String join) {
    return new ArrayList<>(
        List.of(
            "--name=" + name,
            "--services=" + services,
            "--cluster-name=" + "test-" + ProcessHandle.current().pid(),
            "--cluster-port=" + clusterPort,
            "--join=" + join,
            "--http-port=0",
            "--admin-port=0",
            "--data=" + data));
  }

  private Settings settings(List<String> flags) {
    var root = Path.of(System.getProperty("weft.root"));
    var byName = new java.util.LinkedHashMap<String, String>();
    for (var flag : flags) {
      int equals = flag.indexOf('=');
      byName.put(flag.substring(0, equals), flag.substring(equals + 1));
    }
    return new SettingLayers(root, root, Map.of()).read(null, byName);
  }

  private static JsonObject order(String user, int quantity, long price) {
    return new JsonObject()
        .put("userId", user)
        .put("currency", "EUR")
        .put(
            "lines",
            new JsonArray()
                .add(
                    new JsonObject()
                        .put("sku", "LAMP-1")
                        .put("quantity", quantity)
                        .put("unitPrice", price)));
  }

  private int serving(Node asked, String node, String service) throws Exception {
    var nodes =
        new JsonObject(get(asked, "admin", "/v1/nodes").body())
            .getJsonArray("nodes").stream()
                .map(JsonObject.class::cast)
                .filter(each -> each.getString("id").equals(node))
                .findFirst()
                .orElseThrow();
    return (int)
        nodes.getJsonArray("instances").stream()
            .map(JsonObject.class::cast)
            .filter(each -> each.getString("service").equals(service))
            .filter(each -> each.getString("state").equals("SERVING"))
            .count();
  }

  // Bounded by the patience of the test; the answer changes within a second or two.
  private void awaitStatus(Node node, String path, int status) throws Exception {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (get(node, "http", path).statusCode() != status) {
      assertTrue(System.nanoTime() < until, path + " never " + status);
    }
  }

  /** Returns the ids and topics of the next events after one; then the client leaves. */
  private List<String> events(Node node, String path, String after, int count)
      throws IOException, InterruptedException {
    var request = request(node, "http", path).header("Last-Event-ID", after).build();
    try (var lines = http.send(request, BodyHandlers.ofLines()).body()) {
      return lines
          .filter(line -> line.startsWith("id: ") || line.startsWith("event: "))
          .limit(2L * count)
          .toList();
    }
  }

  // Bounded by the patience of the test; a summary lags by a moment.
  private JsonObject summaryAt(Node node, String user, long position) throws Exception {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    var summary = new JsonObject();
    while (summary.getLong("position", -1L) < position) {
      assertTrue(System.nanoTime() < until, "never at " + position + ": " + summary);
      var got = get(node, "http", "/v1/users/" + user + "/orders/summary");
      assertEquals(200, got.statusCode(), got.body());
      summary = new JsonObject(got.body());
    }
    return summary;
  }

  private HttpResponse<String> get(Node node, String where, String path)
      throws IOException, InterruptedException {
    return http.send(request(node, where, path).build(), BodyHandlers.ofString());
  }

  private HttpResponse<String> post(
      Node node, String where, String path, String key, JsonObject body)
      throws IOException, InterruptedException {
    return http.send(posting(node, where, path, key, body).build(), BodyHandlers.ofString());
  }

  private static HttpRequest.Builder posting(
      Node node, String where, String path, String key, JsonObject body) {
    var request =
        request(node, where, path)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body.encode()));
    if (!key.isEmpty()) {
      request.header("Idempotency-Key", key);
    }
    return request;
  }

  /** Begins a request of an operator. */
  private static HttpRequest.Builder request(Node node, String where, String path) {
    var token =
        node.host().tokens().get().issue(Role.OPERATOR.principal("test"), Duration.ofMinutes(9));
    return HttpRequest.newBuilder(uri(node, where, path))
        .header("Authorization", "Bearer " + token);
  }

  private static URI uri(Node node, String where, String path) {
    return URI.create("http://" + node.addresses().get(where) + path);
  }

  private static <T> T await(Future<T> future)
      throws ExecutionException, InterruptedException, TimeoutException {
    return future.toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  private static Throwable failure(Future<?> future) throws InterruptedException {
    try {
      await(future);
      throw new AssertionError("started all the same");
    } catch (ExecutionException e) {
      return e.getCause() == null ? e : e.getCause();
    } catch (TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  private static int freePort() {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
