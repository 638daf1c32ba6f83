package io.weft.node.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.weft.node.NodeFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The steps of an upgrade, on nodes that are processes without a mesh: each leaves its file and
 * waits for its end, and one server answers for all of their admin APIs.
 */
@Timeout(60)
class UpgradeCommandTest {
  /** Behaves as scripts/weft does, as far as an upgrade sees it. */
  private static final String WEFT =
      """
      #!/usr/bin/env bash
      here=$(cd "$(dirname "$0")/.." && pwd -P)
      if [[ $1 == --version ]]; then echo "weft $(cat "$here/version")"; exit 0; fi
      if [[ " $* " == *" --print-config "* ]]; then cat "$here/refusal" >&2; [[ ! -s $here/refusal ]]; exit; fi
      if [[ -s $here/broken ]]; then cat "$here/broken"; exit 2; fi
      exec bash "$here/node" "-Dweft.home=$here" "-Dweft.cwd=$PWD" io.weft.node.Main "$@"
      """;

  private static final String NODE =
      """
      while (($#)); do
        case $1 in --name) name=$2 ;; --data) data=$2 ;; esac
        shift
      done
      port=$(cat "$data/port")
      printf '{"name":"%s","pid":%d,"startedAt":"%s","readyAfterMillis":1,"site":"s","zone":"a",
        "addresses":{"admin":"127.0.0.1:%d","cluster":"127.0.0.1:1"},"tls":[]}' \\
        "$name" $$ "$(date -u +%FT%TZ)" "$port" >"$data/nodes/$name.json.draft"
      mv "$data/nodes/$name.json.draft" "$data/nodes/$name.json"
      mkfifo "$data/$$" && read -rt 50 <>"$data/$$"
      """;

  private final Vertx vertx = Vertx.vertx();
  private final Map<String, Integer> refusals = new ConcurrentHashMap<>();
  private final List<String> posted = new CopyOnWriteArrayList<>();

  /** For how many answers a node that is gone is listed still, by its name. */
  private final Map<String, Integer> ghosts = new ConcurrentHashMap<>();

  private final AtomicInteger startedTooSoon = new AtomicInteger();

  /** For how many answers a node that was started anew is not seen to serve. */
  private final AtomicInteger starting = new AtomicInteger();

  /** For how many answers the policies are of an epoch of their own. */
  private final AtomicInteger apart = new AtomicInteger();

  private Map<String, Long> first = Map.of();
  private StringWriter out = new StringWriter();
  private StringWriter err = new StringWriter();

  @TempDir private Path folder;

  private Path data;
  private Path before;
  private Path after;

  @BeforeEach
  void listen() throws Exception {
    folder = folder.toRealPath();
    data = Files.createDirectories(folder.resolve("data"));
    Files.createDirectories(data.resolve("nodes"));
    int port =
        vertx
            .createHttpServer()
            .requestHandler(this::answer)
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .get()
            .actualPort();
    Files.writeString(data.resolve("port"), Integer.toString(port));
    before = release("1.0.0");
    after = release("1.1.0");
    start("n1");
    start("n2");
    first = pids();
  }

  @AfterEach
  void close() throws IOException {
    for (var file : NodeFile.list(data)) {
      file.process().ifPresent(ProcessHandle::destroyForcibly);
    }
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  private Path release(String version) throws IOException {
    var home = folder.resolve(version);
    var scripts = Files.createDirectories(home.resolve("scripts"));
    var weft = Files.writeString(scripts.resolve("weft"), WEFT);
    Files.setPosixFilePermissions(weft, PosixFilePermissions.fromString("rwxr-xr-x"));
    // What was there before its nodes were started is what they run.
    Files.setLastModifiedTime(weft, FileTime.from(Instant.EPOCH));
    Files.writeString(home.resolve("node"), NODE);
    Files.writeString(home.resolve("version"), version);
    Files.writeString(home.resolve("refusal"), "");
    Files.writeString(home.resolve("broken"), "");
    return home;
  }

  private void start(String name) throws Exception {
    var started =
        new ProcessBuilder(
                before.resolve("scripts/weft").toString(),
                "node",
                "--name",
                name,
                "--zone=z",
                "--data",
                data.toString())
            .start();
    // It leaves its file and says nothing; only its end would end its output.
    vertx
        .executeBlocking(
            () -> {
              while (NodeFile.list(data).stream().noneMatch(f -> f.pid() == started.pid())) {
                Thread.onSpinWait();
              }
              return null;
            })
        .toCompletionStage()
        .toCompletableFuture()
        .get();
  }

  private void answer(HttpServerRequest request) {
    var path = request.path();
    if (refusals.containsKey(path)) {
      var body = new JsonObject().put("detail", "node n2 has the last instance of users");
      request.response().setStatusCode(refusals.get(path)).end(body.encode());
      return;
    }
    if (request.method().name().equals("POST")) {
      posted.add(path);
    }
    vertx
        .executeBlocking(() -> body(path))
        .onSuccess(body -> request.response().end(body.encode()))
        .onFailure(e -> request.response().setStatusCode(500).end());
  }

  private JsonObject body(String path) throws IOException {
    boolean policies = path.equals("/v1/policies");
    var body =
        new JsonObject()
            .put("epoch", policies && apart.get() > 0 ? 3 + apart.getAndDecrement() : 3)
            .put("digest", "d");
    var nodes = new JsonArray();
    for (var file : policies ? List.<NodeFile>of() : NodeFile.list(data)) {
      boolean fresh = !Long.valueOf(file.pid()).equals(first.get(file.name()));
      boolean ghost = ghosts.getOrDefault(file.name(), 0) > 0;
      if (ghost && fresh) {
        startedTooSoon.incrementAndGet();
      }
      if (ghost && !file.alive()) {
        ghosts.merge(file.name(), -1, Integer::sum);
      }
      if (ghost || file.alive()) {
        boolean waits = fresh && starting.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
        nodes.add(
            new JsonObject()
                .put("id", file.name())
                .put("incarnation", "i" + file.pid())
                .put("version", "1")
                .put("state", waits ? "STARTING" : "SERVING")
                .put("hosts", new JsonArray().add("greeter"))
                .put("services", new JsonObject().put("greeter", 2))
                .put("instances", new JsonArray().add("a").add("b")));
      }
    }
    return path.equals("/v1/doctor")
        ? new JsonObject().put("checks", new JsonArray()).put("worst", "PASS")
        : body.put("nodes", nodes);
  }

  private int upgrade(String... more) {
    out = new StringWriter();
    err = new StringWriter();
    var arguments = new ArrayList<>(List.of("upgrade", "--data", data.toString()));
    arguments.addAll(List.of("--to", after.toString()));
    arguments.addAll(List.of(more));
    var root = Path.of(System.getProperty("weft.root", ".."));
    var shell =
        new Shell(
            root, root, Map.of(), new PrintWriter(out, true), new PrintWriter(err, true), false);
    return CommandLines.run(shell, arguments.toArray(String[]::new));
  }

  private Map<String, Long> pids() throws IOException {
    return NodeFile.list(data).stream()
        .filter(NodeFile::alive)
        .collect(Collectors.toMap(NodeFile::name, NodeFile::pid, (a, b) -> b, TreeMap::new));
  }

  @Test
  void nodesAreTakenOverOneByOneAndASecondRunLeavesThemAlone() throws IOException {
    var old = pids();
    assertEquals(ExitCode.OK, upgrade(), () -> out + "\n" + err);
    var now = pids();
    assertEquals(Set.of("n1", "n2"), now.keySet());
    now.forEach((name, pid) -> assertFalse(old.containsValue(pid), name));
    assertEquals(List.of("/v1/nodes/n1/drain", "/v1/nodes/n2/drain"), posted);
    var steps =
        out.toString()
            .lines()
            .map(line -> line.replaceAll(" (in|after) .*|:? [0-9a-z=]+, as.*", ""))
            .toList();
    assertEquals("2 of 2 nodes are to be taken to release 1.1.0", steps.get(0));
    assertEquals(
        List.of("n1: drained", "n1: stopped", "n1: out of 1 registries", "n1: ready"),
        steps.subList(1, 5));
    assertTrue(out.toString().contains("n2: serves greeter=2, as 2 nodes see it"), out::toString);
    assertTrue(out.toString().contains("its 2 instances answered a call"), out::toString);
    assertTrue(out.toString().contains("policies of epoch 3 (d), as 2 nodes go by"), out::toString);

    assertEquals(ExitCode.OK, upgrade(), () -> out + "\n" + err);
    assertEquals(now, pids());
    assertTrue(out.toString().startsWith("0 of 2 nodes"), out::toString);
  }

  @Test
  void aNodeKeepsItsFlagsAndJoinsThoseThatRun() throws IOException {
    assertEquals(ExitCode.OK, upgrade("n2"), () -> out + "\n" + err);
    var flags =
        Files.readString(Path.of("/proc", pids().get("n2").toString(), "cmdline")).split("\0", -1);
    var all = List.of(flags);
    assertEquals(
        List.of(
            "node", "--name", "n2", "--zone=z", "--data", data.toString(), "--join", "127.0.0.1:1"),
        all.subList(all.indexOf("node"), all.size() - 1));
  }

  @Test
  void aNodeIsStartedAnewOnlyWhenNobodyListsItAnyMore() throws IOException {
    ghosts.put("n1", 3);
    assertEquals(ExitCode.OK, upgrade("n1"), () -> out + "\n" + err);
    assertEquals(0, ghosts.get("n1"));
    assertEquals(0, startedTooSoon.get());
  }

  @Test
  void itGoesOnOnlyWhenAllSeeTheNodeServeAndGoByTheSamePolicies() throws IOException {
    starting.set(3);
    apart.set(4);
    assertEquals(ExitCode.OK, upgrade("n1"), () -> out + "\n" + err);
    assertEquals(0, starting.get());
    assertEquals(0, apart.get());
  }

  @Test
  void aReleaseThatDoesNotStartStopsItAtTheFirstNodeAndSaysTheWayBack() throws IOException {
    var old = pids();
    Files.writeString(after.resolve("broken"), "weft: no such thing\n");
    assertEquals(ExitCode.NOT_WELL, upgrade(), out::toString);
    assertEquals(Map.of("n2", old.get("n2")), pids());
    var line = err.toString().strip();
    assertEquals(
        "weft: n1: it has ended instead of starting (weft: no such thing): mend that and run the"
            + " same again, or go back: scripts/upgrade.sh --data "
            + data
            + " --to "
            + before
            + " n1",
        line);
  }

  @Test
  void aDrainThatIsRefusedStopsItBeforeAnythingIsStopped() throws IOException {
    var old = pids();
    refusals.put("/v1/nodes/n2/drain", 409);
    assertEquals(ExitCode.CONFLICT, upgrade("n2"), out::toString);
    assertEquals(old, pids());
    assertTrue(err.toString().contains("has the last instance of users"), err::toString);
  }

  @Test
  void aNodeOfAReleaseWithoutDrainIsStoppedAllTheSame() throws IOException {
    refusals.put("/v1/nodes/n2/drain", 404);
    assertEquals(ExitCode.OK, upgrade("n2"), () -> out + "\n" + err);
    assertTrue(out.toString().contains("n2: its release cannot drain"), out::toString);
  }

  @Test
  void settingsThatTheReleaseRefusesFailTheCheckAndNothingIsChanged() throws IOException {
    var old = pids();
    Files.writeString(after.resolve("refusal"), "weft: --zone: gone\n");
    assertEquals(ExitCode.NOT_WELL, upgrade(), err::toString);
    assertTrue(out.toString().contains("FAIL W0505"), out::toString);
    assertTrue(out.toString().contains("weft: --zone: gone"), out::toString);
    assertEquals(ExitCode.NOT_WELL, upgrade("--check"), err::toString);
    assertEquals(old, pids());
    assertEquals(List.of(), posted);
  }

  @Test
  void aCheckAndADryRunChangeNothing() throws IOException {
    var old = pids();
    assertEquals(ExitCode.OK, upgrade("--check"), () -> out + "\n" + err);
    assertTrue(out.toString().contains("PASS W0503"), out::toString);
    assertEquals(ExitCode.OK, upgrade("--dry-run"), () -> out + "\n" + err);
    assertTrue(out.toString().contains("n1 would be taken from " + before), out::toString);
    assertEquals(old, pids());
    assertEquals(List.of(), posted);
  }

  @Test
  void aFolderWithoutAReleaseAndANodeThatIsNotThereAreRefused() {
    assertEquals(ExitCode.REFUSED, upgrade("--to", folder.toString()));
    assertTrue(err.toString().contains("no scripts/weft in it"), err::toString);
    assertEquals(ExitCode.REFUSED, upgrade("n9"));
    assertTrue(err.toString().contains("no node \"n9\" runs here"), err::toString);
    assertEquals(ExitCode.REFUSED, upgrade("--settle", "601"));
  }
}
