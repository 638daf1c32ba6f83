package io.weft.node.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.weft.node.Node;
import io.weft.node.StartFailure;
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
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The policies of whole nodes, over their admin API and from a shell. */
@Timeout(120)
class PolicyNodeTest {
  private static final Path ROOT = Path.of(System.getProperty("weft.root"));
  private static final String FIRST = "defaults: {timeout: 3s}\n";

  @TempDir private Path folder;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Deque<Node> running = new ArrayDeque<>();
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void writeTheFirstFile() throws IOException {
    Files.writeString(folder.resolve("policies.yaml"), FIRST);
  }

  @AfterEach
  void stopWhatStillRuns() throws Exception {
    // At once, as scripts/stop.sh does.
    await(Future.join(running.stream().map(Node::stop).toList()));
  }

  @Test
  void aChangeIsCheckedTakenAcknowledgedAndRolledBackOverTheAdminApi() throws Exception {
    int seed = freePort();
    var one = start("n1", seed, "");
    var two = start("n2", freePort(), "127.0.0.1:" + seed);
    var shown = ask(two, "GET", "", "");
    assertEquals(1, shown.getLong("epoch"));
    assertEquals(FIRST, shown.getString("text"));

    var wrong = ask(two, "POST", "?expect=1&name=mine.yaml", "services: {user: {timeout: 2}}\n");
    assertEquals("policies.invalid", wrong.getString("code"));
    assertEquals(
        List.of(
            "mine.yaml:1: services.user: a service that nobody serves (expected: one of node,"
                + " orders, routing, sites, users)",
            "mine.yaml:1: services.user.timeout: \"2\" (expected: a duration with its unit (ms, s"
                + " or min), 1ms to 60min)"),
        details(wrong));
    assertEquals("request.invalid", ask(two, "POST", "", FIRST).getString("code"));
    assertEquals(1, ask(one, "GET", "", "").getLong("epoch"));

    var second = "services: {users: {timeout: 1s}}\n";
    assertTrue(ask(two, "POST", "?dry-run", second).getBoolean("changed"));
    assertEquals(1, ask(one, "GET", "", "").getLong("epoch"));
    var done = ask(two, "POST", "?expect=1", second);
    assertTrue(done.getBoolean("acknowledged"), done.encode());
    assertEquals(List.of("n1 2 current", "n2 2 current"), nodes(done));
    assertEquals(List.of("n1 2 current", "n2 2 current"), nodes(ask(one, "GET", "", "")));

    var late = ask(one, "POST", "?expect=1", "services: {users: {timeout: 5s}}\n");
    assertEquals("policies.conflict", late.getString("code"));
    assertEquals(409, late.getInteger("status"));

    var back = ask(one, "POST", "/rollback", "");
    assertEquals(3, back.getLong("epoch"));
    assertEquals(FIRST, ask(two, "GET", "", "").getString("text"));
    assertEquals("policies.invalid", ask(one, "POST", "/rollback?to=9", "").getString("code"));
  }

  @Test
  void whatWasAppliedLiveSurvivesARestartAndTheFileDoesNotOverruleIt() throws Exception {
    var one = start("n1", freePort(), "");
    var second = "services: {users: {timeout: 1s}}\n";
    assertTrue(ask(one, "POST", "?expect=1", second).getBoolean("acknowledged"));
    await(running.pop().stop());
    Files.writeString(folder.resolve("data/policies/n1/9.json"), "not a document");

    var again = start("n1", freePort(), "");

    var shown = ask(again, "GET", "", "");
    assertEquals(2, shown.getLong("epoch"));
    assertEquals(second, shown.getString("text"));
    assertFalse(shown.containsKey("follows"), shown.encode());
  }

  @Test
  void whereTheHubsPoliciesCountAChangeSaysForHowLongItDoes() throws Exception {
    var linked = Map.of("--link", "127.0.0.1:" + freePort(), "--site-policies", "hub");
    running.push(await(startNow("n1", freePort(), "", linked)));
    Files.writeString(folder.resolve("mine.yaml"), "defaults: {timeout: 2s}\n");

    assertEquals(ExitCode.OK, policy("apply", "mine.yaml"));

    assertTrue(out.toString().contains("epoch 2 counts on every node"), out.toString());
    assertTrue(
        out.toString()
            .contains(
                "! this site goes by the policies of its hub: a change here counts until the hub"
                    + " has newer ones\n"),
        out.toString());
  }

  @Test
  void aFileWithAFaultKeepsItsNodeFromStarting() throws Exception {
    var file = folder.resolve("policies.yaml");
    Files.writeString(file, "defaults: {timeout: 400}\n");
    var early = assertThrows(StartFailure.class, () -> startNow("n1", freePort(), ""));
    assertTrue(
        early.getMessage().startsWith(file + ":1: defaults.timeout: \"400\""), early.getMessage());
    Files.writeString(file, "services: {bills: {timeout: 1s}}\n");
    var late = assertThrows(StartFailure.class, () -> startNow("n1", freePort(), ""));
    assertTrue(late.getMessage().contains("services.bills: a service"), late.getMessage());
  }

  @Test
  void anOperatorLooksAndChangesFromAShell() throws Exception {
    var file = folder.resolve("mine.yaml");
    Files.writeString(file, "defaults: {timeout: 2}\n");
    assertEquals(ExitCode.REFUSED, policy("check", "mine.yaml"));
    assertTrue(err.toString().contains("mine.yaml:1: defaults.timeout: \"2\""), err.toString());
    assertEquals(ExitCode.UNREACHABLE, policy("show"));
    assertTrue(err.toString().contains("no node runs here"), err.toString());

    start("n1", freePort(), "");
    assertEquals(ExitCode.REFUSED, policy("apply", "mine.yaml"));
    assertTrue(err.toString().contains("mine.yaml:1: defaults.timeout: \"2\""), err.toString());
    Files.writeString(file, "defaults: {timeout: 2s}\n");
    assertEquals(ExitCode.OK, policy("check", "mine.yaml"));
    assertEquals(ExitCode.NOT_WELL, policy("diff", "mine.yaml"));
    assertEquals("- defaults: {timeout: 3s}\n+ defaults: {timeout: 2s}\n", out.toString());
    assertEquals(ExitCode.OK, policy("apply", "mine.yaml"));
    assertTrue(out.toString().contains("epoch 2 counts on every node"), out.toString());
    assertEquals(ExitCode.OK, policy("diff", "mine.yaml"));
    assertEquals("", out.toString());

    assertEquals(ExitCode.OK, policy("show"));
    assertTrue(out.toString().startsWith("epoch 2, applied at n1, "), out.toString());
    assertTrue(out.toString().contains("n1    2      current"), out.toString());
    assertEquals(ExitCode.OK, policy("rollback"));
    assertTrue(out.toString().contains("epoch 3 counts on every node"), out.toString());
    assertEquals(ExitCode.OK, policy("show"));
    assertTrue(out.toString().contains("rolled back to 1"), out.toString());
    assertTrue(out.toString().endsWith(FIRST), out.toString());
    assertFalse(out.toString().contains("behind"), out.toString());

    assertEquals(ExitCode.REFUSED, policy("explode"));
    assertEquals(ExitCode.REFUSED, policy("apply"));
    assertEquals(ExitCode.REFUSED, policy("rollback", "first"));
  }

  private int policy(String... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    var all = new ArrayList<>(List.of("policy", "--data", folder.resolve("data").toString()));
    all.addAll(List.of(arguments));
    var shell =
        new Shell(
            ROOT, folder, Map.of(), new PrintWriter(out, true), new PrintWriter(err, true), false);
    return CommandLines.run(shell, all.toArray(String[]::new));
  }

  private Node start(String name, int port, String join) throws Exception {
    var node = await(startNow(name, port, join));
    running.push(node);
    return node;
  }

  /** Starts a node; a failure is thrown, with nothing left running. */
  private Future<Node> startNow(String name, int port, String join) throws Exception {
    return startNow(name, port, join, Map.of());
  }

  private Future<Node> startNow(String name, int port, String join, Map<String, String> more)
      throws Exception {
    var flags = new HashMap<String, String>(more);
    flags.put("--name", name);
    flags.put("--services", "routing");
    flags.put("--cluster-name", "policies-" + ProcessHandle.current().pid());
    flags.put("--cluster-port", String.valueOf(port));
    flags.put("--join", join);
    flags.put("--http-port", "0");
    flags.put("--admin-port", "0");
    flags.put("--data", folder.resolve("data").toString());
    flags.put("--policies", folder.resolve("policies.yaml").toString());
    var starting = Node.start(new SettingLayers(ROOT, ROOT, Map.of()).read(null, flags));
    try {
      await(starting);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof StartFailure known) {
        throw known;
      }
      throw e;
    }
    return starting;
  }

  private JsonObject ask(Node node, String method, String path, String body) throws Exception {
    var request =
        HttpRequest.newBuilder(
                URI.create("http://" + node.addresses().get("admin") + "/v1/policies" + path))
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    return new JsonObject(http.send(request.build(), BodyHandlers.ofString()).body());
  }

  private static List<String> details(JsonObject problem) {
    return problem.getJsonArray("errors").stream()
        .map(each -> ((JsonObject) each).getString("detail"))
        .toList();
  }

  private static List<String> nodes(JsonObject state) {
    return state.getJsonArray("nodes").stream()
        .map(JsonObject.class::cast)
        .map(n -> n.getString("node") + " " + n.getLong("epoch") + " " + n.getString("state"))
        .toList();
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
