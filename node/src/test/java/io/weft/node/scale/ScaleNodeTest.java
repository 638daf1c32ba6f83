package io.weft.node.scale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.weft.node.Node;
import io.weft.node.cli.CommandLines;
import io.weft.node.cli.ExitCode;
import io.weft.node.cli.Shell;
import io.weft.node.settings.SettingLayers;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Scaling, draining and planning on whole nodes, over their admin API and from a shell. */
@Timeout(180)
class ScaleNodeTest {
  private static final Path ROOT = Path.of(System.getProperty("weft.root"));

  @TempDir private Path data;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Deque<Node> running = new ArrayDeque<>();
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @AfterEach
  void stopWhatStillRuns() throws Exception {
    // At once, as scripts/stop.sh does.
    await(Future.join(running.stream().map(Node::stop).toList()));
  }

  @Test
  void aNodeGivesItsWorkUpAndTakesItBackButNeverTheLastInstance() throws Exception {
    int seed = freePort();
    var one = start("n1", "a", "users=1,routing=1", seed, "");
    var two = start("n2", "b", "users=1,routing=1", freePort(), "127.0.0.1:" + seed);

    assertProblem(404, "drain.unknown_node", post(one, "/v1/nodes/n9/drain", "{}"));
    var drained = ok(post(one, "/v1/nodes/n2/drain", "{}"));
    assertTrue(drained.getBoolean("draining"), drained.encode());
    assertEquals(Map.of("n1", 1, "n2", 0), serving(one, "users"));
    assertEquals("DRAINING", state(one, "n2"));
    // It runs on, and says to who asks for it that it is not to be sent anything.
    assertEquals(503, get(two, "http", "/health/ready").statusCode());
    assertEquals(503, get(two, "admin", "/health/ready").statusCode());
    assertEquals(401, get(two, "http", "/v1/users").statusCode());

    assertTrue(doctor(one).contains("W0402 WARN n2"), doctor(one).toString());
    assertProblem(409, "drain.last_instance", post(two, "/v1/nodes/n1/drain", "{}"));
    assertEquals("SERVING", state(two, "n1"));
    assertEquals(Map.of("n1", 1, "n2", 0), serving(two, "users"));
    assertEquals(200, get(one, "admin", "/health/ready").statusCode());

    // Nothing is placed on it, and what is asked for goes elsewhere.
    var scaled = ok(post(two, "/v1/scale", "{\"users\":3}"));
    assertEquals(Map.of("n1", 3, "n2", 0), serving(one, "users"), scaled.encode());
    assertEquals(0, scaled.getLong("errors"), scaled.encode());
    assertTrue(scaled.getBoolean("visible"), scaled.encode());
    assertEquals(
        2,
        scaled
            .getJsonArray("services")
            .getJsonObject(0)
            .getJsonArray("steps")
            .getJsonObject(0)
            .getInteger("served"),
        scaled.encode());

    assertTrue(doctor(two).contains("W0401 PASS users"), doctor(two).toString());
    var back = ok(post(one, "/v1/nodes/n2/undrain", "{}"));
    assertFalse(back.getBoolean("draining"), back.encode());
    assertEquals(Map.of("n1", 3, "n2", 1), serving(one, "users"));
    assertEquals(200, get(two, "http", "/health/ready").statusCode());

    // With a desired count, the last instance gets a substitute before it goes.
    ok(post(one, "/v1/nodes/n2/drain", "{}"));
    ok(post(one, "/v1/nodes/n2/undrain", "{}"));
    ok(post(one, "/v1/scale", "{\"users\":1}"));
    var last = serving(one, "users").entrySet().stream().filter(e -> e.getValue() > 0).toList();
    assertEquals(1, last.size());
    var replaced = ok(post(one, "/v1/nodes/" + last.get(0).getKey() + "/drain", "{}"));
    assertEquals(new JsonArray().add("users"), replaced.getJsonArray("replacedFirst"));
    assertEquals(0, serving(one, "users").get(last.get(0).getKey()));
    assertEquals(1, serving(one, "users").values().stream().mapToInt(i -> i).sum());
  }

  @Test
  void ofTwoNodesThatDrainAtOnceNotBothTakeTheLastInstanceWithThem() throws Exception {
    int seed = freePort();
    var one = start("n1", "a", "users=1", seed, "");
    var two = start("n2", "b", "users=1", freePort(), "127.0.0.1:" + seed);
    var first = http.sendAsync(drain(one, "n1"), BodyHandlers.ofString());
    var second = http.sendAsync(drain(two, "n2"), BodyHandlers.ofString());
    int refused = 0;
    for (var answer : List.of(first, second)) {
      var got = answer.get(60, TimeUnit.SECONDS);
      if (got.statusCode() != 200) {
        assertProblem(409, "drain.last_instance", got);
        refused++;
      }
    }
    assertTrue(refused >= 1, first.get().body() + second.get().body());
    int drained = 2 - refused;
    assertEquals(2 - drained, serving(one, "users").values().stream().mapToInt(i -> i).sum());
    var states = List.of(state(one, "n1"), state(one, "n2"));
    assertEquals(drained, states.stream().filter("DRAINING"::equals).count(), states.toString());
  }

  private static HttpRequest drain(Node asked, String node) {
    return HttpRequest.newBuilder(uri(asked, "admin", "/v1/nodes/" + node + "/drain"))
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofString("{}"))
        .build();
  }

  @Test
  void whatCannotBeDoneIsSaidAndNothingIsChanged() throws Exception {
    var one = start("n1", "a", "users=1", freePort(), "");
    assertProblem(409, "scale.out_of_range", post(one, "/v1/scale", "{\"users\":65}"));
    assertProblem(
        400,
        "scale.unknown_zone",
        post(one, "/v1/scale", "{\"services\":{\"users\":2},\"zone\":\"x\"}"));
    assertProblem(400, "request.invalid", post(one, "/v1/scale", "{\"bills\":1}"));
    assertEquals(0, ok(get(one, "admin", "/v1/scale")).getLong("epoch"));

    var tried = ok(post(one, "/v1/scale", "{\"services\":{\"users\":2},\"dryRun\":true}"));
    assertEquals(
        2,
        tried
            .getJsonArray("services")
            .getJsonObject(0)
            .getJsonArray("steps")
            .getJsonObject(0)
            .getInteger("to"));
    assertEquals(Map.of("n1", 1), serving(one, "users"));

    assertEquals(
        1, ok(post(one, "/v1/scale", "{\"users\":2}", "If-Match", "\"0\"")).getLong("epoch"));
    var late = post(one, "/v1/scale", "{\"users\":3}", "If-Match", "\"0\"");
    assertProblem(412, "scale.conflict", late);
    var detail = new JsonObject(late.body()).getString("detail");
    assertTrue(detail.startsWith("the desired counts are at epoch 1 (expected: 0), "), detail);
    assertTrue(detail.contains("asked at n1: users=2"), detail);
    assertEquals(Map.of("n1", 2), serving(one, "users"));
  }

  @Test
  void whatIsDesiredOutlivesTheWholeSite() throws Exception {
    var one = start("n1", "a", "users=1", freePort(), "");
    ok(post(one, "/v1/scale", "{\"users\":0}"));
    await(running.pop().stop());
    var again = start("n1", "a", "users=1", freePort(), "");
    var shown = ok(get(again, "admin", "/v1/scale"));
    assertEquals(1, shown.getLong("epoch"));
    var users = shown.getJsonArray("services").stream().map(JsonObject.class::cast).toList();
    assertEquals(1, users.size(), shown.encode());
    assertEquals(0, users.get(0).getInteger("desired"));
    assertEquals(0, users.get(0).getInteger("actual"));
    assertEquals(
        "asked at n1: users=0", shown.getJsonArray("decisions").getJsonObject(0).getString("why"));
  }

  @Test
  void anOperatorScalesDrainsAndPlansFromAShell() throws Exception {
    assertEquals(ExitCode.UNREACHABLE, weft("scale", "users=1"));
    assertTrue(err.toString().contains("no node runs here"), err.toString());
    start("n1", "a", "users=1", freePort(), "");
    assertEquals(ExitCode.REFUSED, weft("scale", "users"));
    assertEquals(ExitCode.CONFLICT, weft("scale", "users=65"));
    assertTrue(err.toString().contains("users: 65 instances (expected: 0 to 64"), err.toString());
    assertEquals(ExitCode.OK, weft("scale", "users=2", "--dry-run"));
    assertTrue(out.toString().endsWith("nothing was changed\n"), out.toString());
    assertEquals(ExitCode.OK, weft("scale", "users=2"));
    assertTrue(out.toString().contains("users: 1 -> 2 instances"), out.toString());
    assertTrue(out.toString().contains("1 new ones have served"), out.toString());
    assertTrue(out.toString().contains(" 0 calls failed meanwhile"), out.toString());
    assertEquals(ExitCode.OK, weft("scale", "--wait"));
    assertTrue(out.toString().contains("asked at n1: users=2"), out.toString());
    assertEquals(ExitCode.OK, weft("scale", "users=3", "--wait"));
    assertTrue(out.toString().endsWith("the site is as desired\n"), out.toString());
    assertEquals(ExitCode.OK, weft("scale", "users=2", "-o", "json", "--wait"));
    assertTrue(new JsonObject(out.toString()).getBoolean("reached"), out.toString());

    assertEquals(ExitCode.CONFLICT, weft("drain", "n1"));
    assertTrue(err.toString().contains("the last instance of users"), err.toString());
    assertEquals(ExitCode.CONFLICT, weft("drain", "n1", "--dry-run"));
    assertEquals(ExitCode.OK, weft("drain", "n1", "--force", "--dry-run"));
    assertTrue(out.toString().contains("users: 2 -> 0 instances"), out.toString());
    assertTrue(out.toString().endsWith("nothing was changed\n"), out.toString());
    assertEquals(ExitCode.OK, weft("drain", "n1", "--force"));
    assertTrue(out.toString().startsWith("n1 is drained"), out.toString());
    assertTrue(out.toString().contains("users: 2 -> 0 instances"), out.toString());
    assertEquals(ExitCode.OK, weft("undrain", "n1", "--wait"));
    assertTrue(out.toString().contains("users: 0 -> 2 instances"), out.toString());

    assertEquals(ExitCode.REFUSED, weft("plan", "users"));
    assertEquals(ExitCode.REFUSED, weft("plan", "users", "--p99", "soon"));
    assertEquals(ExitCode.REFUSED, weft("plan", "bills", "--p99", "50ms"));
    assertEquals(ExitCode.OK, weft("plan", "users", "--p99", "2s", "--rate", "1.5x"));
    assertTrue(out.toString().startsWith("SERVICE"), out.toString());
    assertTrue(out.toString().contains("! users: left as it is: fewer than 200"), out.toString());
  }

  private int weft(String command, String... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    var all = new ArrayList<>(List.of(command, "--data", data.toString()));
    all.addAll(List.of(arguments));
    var shell =
        new Shell(
            ROOT, data, Map.of(), new PrintWriter(out, true), new PrintWriter(err, true), false);
    return CommandLines.run(shell, all.toArray(String[]::new));
  }

  private Node start(String name, String zone, String services, int port, String join)
      throws Exception {
    var flags = new HashMap<String, String>();
    flags.put("--name", name);
    flags.put("--zone", zone);
    flags.put("--services", services);
    flags.put("--cluster-name", "scale-" + ProcessHandle.current().pid());
    flags.put("--cluster-port", String.valueOf(port));
    flags.put("--join", join);
    flags.put("--http-port", "0");
    flags.put("--admin-port", "0");
    flags.put("--data", data.toString());
    var node = await(Node.start(new SettingLayers(ROOT, ROOT, Map.of()).read(null, flags)));
    running.push(node);
    return node;
  }

  private Map<String, Integer> serving(Node asked, String service) throws Exception {
    var serving = new HashMap<String, Integer>();
    for (var item : ok(get(asked, "admin", "/v1/nodes")).getJsonArray("nodes")) {
      var node = (JsonObject) item;
      serving.put(node.getString("id"), node.getJsonObject("services").getInteger(service, 0));
    }
    return serving;
  }

  private List<String> doctor(Node asked) throws Exception {
    return ok(get(asked, "admin", "/v1/doctor")).getJsonArray("checks").stream()
        .map(JsonObject.class::cast)
        .map(c -> c.getString("code") + " " + c.getString("status") + " " + c.getString("subject"))
        .toList();
  }

  private String state(Node asked, String name) throws Exception {
    return ok(get(asked, "admin", "/v1/nodes")).getJsonArray("nodes").stream()
        .map(JsonObject.class::cast)
        .filter(node -> node.getString("id").equals(name))
        .map(node -> node.getString("state"))
        .findFirst()
        .orElse("absent");
  }

  private static void assertProblem(int status, String code, HttpResponse<String> got) {
    assertEquals(status, got.statusCode(), got.body());
    assertEquals(code, new JsonObject(got.body()).getString("code"), got.body());
  }

  private static JsonObject ok(HttpResponse<String> got) {
    assertEquals(200, got.statusCode(), got.body());
    return new JsonObject(got.body());
  }

  private HttpResponse<String> get(Node node, String where, String path) throws Exception {
    return http.send(
        HttpRequest.newBuilder(uri(node, where, path)).build(), BodyHandlers.ofString());
  }

  private HttpResponse<String> post(Node node, String path, String body, String... headers)
      throws Exception {
    var request =
        HttpRequest.newBuilder(uri(node, "admin", path))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.send(request.build(), BodyHandlers.ofString());
  }

  private static URI uri(Node node, String where, String path) {
    return URI.create("http://" + node.addresses().get(where) + path);
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
