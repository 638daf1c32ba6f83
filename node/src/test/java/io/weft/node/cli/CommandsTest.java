package io.weft.node.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What commands ask of an admin API, what they print of its answers, and with which code. */
class CommandsTest {
  private final Vertx vertx = Vertx.vertx();
  private final Map<String, Answer> answers = new ConcurrentHashMap<>();
  private final List<Asked> asked = new CopyOnWriteArrayList<>();
  private StringWriter out = new StringWriter();
  private StringWriter err = new StringWriter();
  private int port;

  @TempDir private Path data;

  private record Answer(int status, String type, String body) {}

  private record Asked(String method, String uri, String body, Map<String, String> headers) {}

  @BeforeEach
  void listen() throws Exception {
    port =
        vertx
            .createHttpServer()
            .requestHandler(this::answer)
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .get()
            .actualPort();
  }

  @AfterEach
  void close() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  private void answer(HttpServerRequest request) {
    request
        .body()
        .onSuccess(
            body -> {
              var headers = new ConcurrentHashMap<String, String>();
              request.headers().forEach(each -> headers.put(each.getKey(), each.getValue()));
              asked.add(
                  new Asked(request.method().name(), request.uri(), body.toString(), headers));
              var answer = answers.get(request.method().name() + " " + request.path());
              if (answer == null) {
                request.response().setStatusCode(404).end("{\"detail\":\"no such path\"}");
              } else {
                request
                    .response()
                    .setStatusCode(answer.status())
                    .putHeader("Content-Type", answer.type())
                    .end(answer.body());
              }
            });
  }

  private void on(String route, int status, JsonObject body) {
    answers.put(route, new Answer(status, "application/json", body.encode()));
  }

  private int run(String... arguments) {
    var all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--server", "127.0.0.1:" + port));
    return bare(all.toArray(String[]::new));
  }

  private int bare(String... arguments) {
    out = new StringWriter();
    err = new StringWriter();
    var root = Path.of(System.getProperty("weft.root", ".."));
    var shell =
        new Shell(
            root, root, Map.of(), new PrintWriter(out, true), new PrintWriter(err, true), false);
    return CommandLines.run(shell, arguments);
  }

  private static JsonObject stat() {
    var operation =
        new JsonObject()
            .put("operation", "users.get")
            .put("perSecond", 120.5)
            .put("success", 0.9991)
            .put("p50Micros", 150)
            .put("p95Micros", 1_500)
            .put("p99Micros", 1_500_000)
            .put("inFlight", 4)
            .put("outcomes", new JsonObject().put("ok", 1_203));
    var instance =
        new JsonObject()
            .put("node", "n2")
            .put("instance", "users-1")
            .put("version", "1.0.0")
            .put("state", "SERVING")
            .put("perSecond", 40.0)
            .put("success", 1.0)
            .put("p99Micros", 9)
            .put("inFlight", 1)
            .put("limit", 64)
            .put("queued", 2)
            .put("breaker", "OPEN");
    var service =
        operation
            .copy()
            .put("service", "users")
            .put("instances", 3)
            .put("operations", new JsonArray().add(operation))
            .put("instanceStats", new JsonArray().add(instance));
    var edge =
        new JsonObject()
            .put("from", "routing")
            .put("to", "users")
            .put("fromNode", "n1")
            .put("toNode", "n2")
            .put("perSecond", 40.0)
            .put("success", 1.0)
            .put("p50Micros", 1)
            .put("p99Micros", 2)
            .put("secured", true);
    var node =
        new JsonObject()
            .put("node", "n1")
            .put("site", "local")
            .put("zone", "a")
            .put("state", "SERVING")
            .put("uptimeMillis", 90_000)
            .put("heapUsedBytes", 50L << 20)
            .put("heapMaxBytes", 100L << 20)
            .put("cpu", 0.126)
            .put("loopDelayMillis", 0.4)
            .put("loopDelayMaxMillis", 3.0);
    return new JsonObject()
        .put("at", "2026-01-01T00:00:00Z")
        .put("windowSeconds", 10)
        .put("missing", new JsonArray())
        .put("nodes", new JsonArray().add(node))
        .put("services", new JsonArray().add(service))
        .put("edges", new JsonArray().add(edge));
  }

  @Test
  void numbersArePrintedAsPeopleReadThem() {
    on("GET /v1/stat", 200, stat());
    assertEquals(ExitCode.OK, run("stat"), err.toString());
    assertTrue(
        out.toString().contains("users.get   121   99.91%  150 us  1.5 ms  1.50 s        4"),
        out.toString());
    assertEquals("/v1/stat?windowSeconds=10", asked.get(0).uri());
    assertFalse(out.toString().contains("OUTCOMES"));
    run("stat", "-o", "wide", "--window", "60");
    assertTrue(out.toString().contains("ok=1203"), out.toString());
    assertEquals("/v1/stat?windowSeconds=60", asked.get(1).uri());
    assertEquals(ExitCode.OK, run("stat", "-o", "json"));
    assertEquals(stat(), new JsonObject(out.toString()));
    assertEquals(ExitCode.REFUSED, run("stat", "--window", "61"));
    assertEquals("weft: --window: 61 (expected: 1 to 60 seconds)", err.toString().strip());
  }

  @Test
  void eachViewShowsItsPart() {
    on("GET /v1/stat", 200, stat());
    assertEquals(ExitCode.OK, run("services"));
    assertTrue(out.toString().contains("users            3"), out.toString());
    assertEquals(ExitCode.NOT_WELL, run("instances"), "a breaker is open");
    assertTrue(out.toString().contains("OPEN"), out.toString());
    assertEquals(ExitCode.OK, run("instances", "--node", "n1"));
    assertFalse(out.toString().contains("users-1"), out.toString());
    assertEquals(ExitCode.OK, run("edges"));
    assertFalse(out.toString().contains("n1"), out.toString());
    assertTrue(out.toString().contains("yes"), out.toString());
    assertEquals(ExitCode.OK, run("edges", "-o", "wide"));
    assertTrue(out.toString().contains("routing  users  n1"), out.toString());
    assertEquals(ExitCode.OK, run("top"));
    assertTrue(out.toString().contains("13%  50 MiB"), out.toString());
    assertEquals(ExitCode.OK, run("stat", "orders"));
    assertFalse(out.toString().contains("users.get"), out.toString());
  }

  @Test
  void nodesThatHaveNotAnsweredAreNamedAndAllIsNotWell() {
    on("GET /v1/stat", 200, stat().put("missing", new JsonArray().add("n3")));
    assertEquals(ExitCode.NOT_WELL, run("stat"));
    assertTrue(out.toString().contains("! n3 has not answered in time"), out.toString());
  }

  @ParameterizedTest
  @CsvSource({"400,2", "401,5", "403,5", "404,2", "409,4", "412,4", "500,1", "503,1"})
  void theCodeSaysWhatKindOfFailureItWas(int status, int code) {
    on("GET /v1/stat", status, new JsonObject().put("detail", "because\nof this"));
    assertEquals(code, run("stat"));
    assertEquals("weft: because of this", err.toString().strip());
    assertEquals("", out.toString());
  }

  @Test
  void aNodeThatCannotBeReachedHasACodeOfItsOwn() throws IOException {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = taken.getLocalPort();
    }
    assertEquals(ExitCode.UNREACHABLE, run("nodes"));
    assertTrue(err.toString().startsWith("weft: no node answers"), err.toString());
    assertEquals(ExitCode.UNREACHABLE, run("call", "users.get"));
    assertEquals(ExitCode.UNREACHABLE, bare("stat", "--data", data.toString()));
    assertTrue(err.toString().contains("scripts/start.sh"), err.toString());
    assertEquals(ExitCode.REFUSED, bare("stat", "--server", "nowhere"));
  }

  @Test
  void aCommandThatIsNoneNamesTheNearest() {
    assertEquals(ExitCode.REFUSED, bare("sclae"));
    assertEquals(
        "weft: \"sclae\": no such command (nearest: scale): see weft --help",
        err.toString().strip());
    assertEquals(ExitCode.REFUSED, bare("stat", "--windwo", "3"));
    assertTrue(err.toString().contains("see weft stat --help"), err.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"bash", "zsh"})
  void shellsLearnEveryCommand(String of) {
    assertEquals(ExitCode.OK, bare("completion", of));
    for (var command : List.of("nodes", "stat", "tap", "doctor", "split", "policy")) {
      assertTrue(out.toString().contains(command), command);
    }
    for (var values :
        List.of(
            "\"table\" \"wide\" \"json\"",
            "\"diff\" \"check\"",
            "\"invite\" \"join\"",
            "\"zsh\"")) {
      assertTrue(out.toString().contains(values), values);
    }
    assertEquals(of.equals("zsh"), out.toString().startsWith("autoload"));
    assertEquals(ExitCode.REFUSED, bare("completion", "fish"));
  }

  @Test
  void theSitesThatThisOneIsLinkedToAreListed() {
    var plant =
        new JsonObject()
            .put("site", "plant")
            .put("state", "CUT_OFF")
            .put("since", "2026-01-01T00:00:00Z")
            .put("node", "n1")
            .put("roundTripMicros", 1_500)
            .put("services", new JsonArray().add("users").add("orders"))
            .put(
                "policies",
                new JsonObject()
                    .put("state", "REFUSED")
                    .put("hubEpoch", 7)
                    .put("takenEpoch", 5)
                    .put("why", "line 3: 100% later"));
    on(
        "GET /v1/sites",
        200,
        new JsonObject()
            .put("self", "cloud")
            .put("role", "HUB")
            .put("sites", new JsonArray().add(plant)));
    assertEquals(ExitCode.OK, run("sites", "-o", "wide"), err.toString());
    for (var shown :
        List.of(
            "site cloud (HUB)",
            "plant",
            "CUT_OFF",
            "n1",
            "users,orders",
            "hub's 5 of 7 REFUSED",
            "REFUSED since -: line 3: 100% later")) {
      assertTrue(out.toString().contains(shown), out.toString());
    }
    assertEquals(ExitCode.OK, run("sites", "-o", "json"));
    assertEquals("cloud", new JsonObject(out.toString()).getString("self"));
  }

  @Test
  void whatWaitsInAJournalIsShownHereAndOfEachEdgeAndWhatIsNotKnownIsNotShownAsNone() {
    var edge =
        new JsonObject()
            .put("journalOrders", 312)
            .put("journalDisputed", 41)
            .put("journalOldestSeconds", 410)
            .put("replicaAgeSeconds", 7);
    var plant = new JsonObject().put("site", "plant").put("state", "SERVING").put("edge", edge);
    var mine = new JsonObject().put("site", "mine").put("state", "SERVING");
    var list = new JsonObject().put("self", "cloud").put("role", "HUB");
    on("GET /v1/sites", 200, list.put("sites", new JsonArray().add(plant).add(mine)));
    assertEquals(ExitCode.OK, run("sites", "-o", "wide"), err.toString());
    assertTrue(line("plant").matches(".* 312 +41 +6m50s +7s .*"), out.toString());
    assertTrue(line("mine").matches(".* - +- +- +- .*"), out.toString());
    assertFalse(out.toString().contains("journal:"), "a hub has none");
    assertEquals(ExitCode.OK, run("sites"));
    assertTrue(line("plant").endsWith(" 312"), out.toString());

    on(
        "GET /v1/sites",
        200,
        list.put("role", "EDGE").put("edge", new JsonObject().put("replicaAgeSeconds", 7)));
    assertEquals(ExitCode.OK, run("sites"));
    assertEquals("journal: orders -, disputed -, oldest -; replica: age 7s", line("journal:"));
  }

  /** Returns the line of the output that begins with a word. */
  private String line(String word) {
    return out.toString().lines().filter(line -> line.startsWith(word)).findFirst().orElseThrow();
  }

  @Test
  void anInstanceThatStandsForAnotherSiteIsShownAsSuch() {
    var own = new JsonObject().put("node", "n1").put("instance", "users-1").put("state", "SERVING");
    own.put("version", "1");
    var standIn = own.copy().put("instance", "users-9").put("site", "hub");
    var users = new JsonObject().put("service", "users").put("instances", 1);
    users.put("instanceStats", new JsonArray().add(own));
    var stat = new JsonObject().put("missing", new JsonArray());
    stat.put("services", new JsonArray().add(users));
    on("GET /v1/stat", 200, stat);
    assertEquals(ExitCode.OK, run("instances"), err.toString());
    assertFalse(out.toString().contains("STANDS FOR"), "where nobody does");

    users.getJsonArray("instanceStats").add(standIn);
    on("GET /v1/stat", 200, stat);
    assertEquals(ExitCode.OK, run("instances"), err.toString());
    var lines = out.toString().lines().toList();
    assertTrue(lines.get(0).endsWith("STANDS FOR"), out.toString());
    assertTrue(lines.get(1).endsWith("CLOSED"), out.toString());
    assertTrue(lines.get(2).endsWith("hub"), out.toString());
    assertEquals(ExitCode.OK, run("services", "-o", "wide"), err.toString());
    assertTrue(line("users").matches("users +1 .* hub=1"), out.toString());
  }

  @Test
  void aSiteIsInvitedJoinsRenewsItsKeyAndIsRevoked() {
    on(
        "POST /v1/sites/invitations",
        200,
        new JsonObject().put("code", "c0de").put("expires", "2026-01-01T00:00:00Z"));
    assertEquals(ExitCode.OK, run("site", "invite", "plant", "--minutes", "5"), err.toString());
    assertEquals("c0de", out.toString().lines().findFirst().orElseThrow());
    assertEquals("{\"site\":\"plant\",\"minutes\":5}", asked.get(asked.size() - 1).body());

    on(
        "POST /v1/sites/join",
        409,
        new JsonObject().put("code", "site.join_refused").put("detail", "not joined (USED)"));
    assertEquals(ExitCode.CONFLICT, run("site", "join", "c0de"));
    assertTrue(err.toString().contains("not joined (USED)"), err.toString());

    on("POST /v1/sites/plant/revoke", 200, new JsonObject().put("since", "2026-01-01T00:00:00Z"));
    assertEquals(ExitCode.OK, run("site", "revoke", "plant"), err.toString());

    on("POST /v1/sites/renew", 200, renewed().put("known", true));
    assertEquals(ExitCode.OK, run("site", "renew"), err.toString());
    assertTrue(out.toString().contains("knows plant by the key 0123"), out.toString());
    on("POST /v1/sites/renew", 200, renewed().put("known", false));
    assertEquals(ExitCode.OK, run("site", "renew"), err.toString());
    assertTrue(out.toString().contains("once the link is there"), out.toString());

    for (var wrong :
        List.of(
            List.of("site", "invite"),
            List.of("site", "renew", "plant"),
            List.of("site", "forget", "plant"),
            List.of("site", "revoke", "plant", "--minutes", "5"))) {
      assertEquals(ExitCode.REFUSED, run(wrong.toArray(String[]::new)), wrong.toString());
      assertTrue(err.toString().contains("expected: "), err.toString());
    }
  }

  private static JsonObject renewed() {
    return new JsonObject().put("site", "plant").put("key", "0123");
  }

  @Test
  void anEventIsPublishedByNoOperator() {
    assertEquals(ExitCode.REFUSED, bare("publish", "orders.placed", "{}"));
    assertEquals(
        "weft: \"orders.placed\" cannot be published by hand (expected: a command of its service,"
            + " whose event it is, as in weft call orders.place): see docs/decisions/0053",
        err.toString().strip());
  }

  @Test
  void aCallIsMadeAndItsFailureIsNotWell() {
    on(
        "POST /v1/calls",
        200,
        new JsonObject()
            .put("outcome", "ok")
            .put("body", new JsonObject().put("name", "Ada"))
            .put("micros", 1_200)
            .put("trace", "abc"));
    var attempt =
        new JsonObject().put("atMicros", 10).put("endpoint", "n2/users-1").put("tookMicros", 900);
    var explained =
        new JsonObject()
            .put("operation", "users.get")
            .put("caller", "n1")
            .put("at", "2026-01-01T00:00:00Z")
            .put("tookMicros", 1_100)
            .put("attempts", new JsonArray().add(attempt));
    on(
        "GET /v1/explain/abc",
        200,
        new JsonObject()
            .put("calls", new JsonArray().add(explained))
            .put("missing", new JsonArray()));
    assertEquals(
        ExitCode.OK,
        run("call", "users.get", "{\"id\":\"1\"}", "--key", "k", "--node", "n2", "--explain"));
    assertTrue(out.toString().contains("\"name\" : \"Ada\""), out.toString());
    assertTrue(err.toString().contains("trace abc"), err.toString());
    assertTrue(out.toString().contains("attempt at n2/users-1: 900 us"), out.toString());
    assertEquals(
        new JsonObject()
            .put("operation", "users.get")
            .put("body", new JsonObject().put("id", "1"))
            .put("key", "k")
            .put("node", "n2")
            .put("explain", true),
        new JsonObject(asked.get(0).body()));
    assertEquals(System.getProperty("user.name"), asked.get(0).headers().get("Weft-User"));
    on(
        "POST /v1/calls",
        200,
        new JsonObject()
            .put("outcome", "Application")
            .put("failure", new JsonObject().put("code", "user.not_found").put("message", "none"))
            .put("micros", 5)
            .put("trace", "abc"));
    assertEquals(ExitCode.NOT_WELL, run("call", "users.get"));
    assertTrue(err.toString().contains("! Application: user.not_found: none"), err.toString());
    assertEquals(ExitCode.REFUSED, run("call", "users.get", "{"));
  }

  @Test
  void aChangeThatWasNotAnsweredIsNotAskedForAgain() throws Exception {
    try (var silent = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
      port = silent.getLocalPort();
      var requests = new CopyOnWriteArrayList<String>();
      var serving =
          new Thread(
              () -> {
                try {
                  for (int i = 0; i < 4; i++) {
                    try (var client = silent.accept()) {
                      var read = client.getInputStream().read(new byte[4]);
                      if (read > 0) {
                        requests.add("one");
                      }
                    }
                  }
                } catch (IOException e) {
                  requests.add("closed"); // By the test, when it is through.
                }
              });
      serving.start();
      assertEquals(ExitCode.UNREACHABLE, run("call", "users.reserve", "{}"));
      assertTrue(err.toString().contains("it may have been done"), err.toString());
      silent.close();
      serving.join();
      assertEquals(List.of("one", "closed"), requests);
    }
  }

  @Test
  void aTapPrintsCallsUntilItHasSeenEnough() {
    var call =
        new JsonObject()
            .put("at", "2026-01-01T00:00:00Z")
            .put("node", "n1")
            .put("caller", "orders")
            .put("operation", "users.get")
            .put("instance", "users-1")
            .put("targetNode", "n2")
            .put("outcome", "Unknown")
            .put("micros", 21_000)
            .put("attempts", 2)
            .put("trace", "abc")
            .put("principal", "ada");
    answers.put(
        "GET /v1/tap",
        new Answer(
            200,
            "text/event-stream",
            "retry: 1000\n\n:\n\nevent: call\ndata: "
                + call.encode()
                + "\n\nevent: dropped\ndata: {\"count\":7}\n\n"));
    assertEquals(
        ExitCode.OK, run("tap", "--service", "users", "--slower", "20", "--outcome", "failed"));
    assertEquals("/v1/tap?service=users&outcome=failed&slowerThanMillis=20", asked.get(0).uri());
    assertTrue(out.toString().contains("users.get"), out.toString());
    assertTrue(out.toString().contains("21.0 ms x2 abc by ada"), out.toString());
    assertEquals("! 7 more were not told", err.toString().strip());
    run("tap", "-o", "json", "--limit", "1");
    assertEquals(call, new JsonObject(out.toString()));
  }

  @Test
  void aTapSaysWhatItWaitsForThatIsNotThere() {
    var absent =
        new JsonObject()
            .put("filter", "service")
            .put("name", "nosuch")
            .put("known", new JsonArray().add("orders").add("users"))
            .put("more", 0);
    var many = absent.copy().put("filter", "operation").put("more", 7);
    answers.put(
        "GET /v1/tap",
        new Answer(
            200,
            "text/event-stream",
            "event: absent\ndata: "
                + absent.encode()
                + "\n\nevent: absent\ndata: "
                + many.encode()
                + "\n\n"));
    assertEquals(ExitCode.OK, run("tap", "--service", "nosuch", "-o", "json"));
    assertEquals("", out.toString());
    assertEquals(
        List.of(
            "! --service: no service \"nosuch\" is registered now (there are: orders, users):"
                + " waiting for it",
            "! --operation: no operation \"nosuch\" is registered now (there are: orders, users,"
                + " and 7 more): waiting for it"),
        err.toString().lines().toList());
  }

  @Test
  void aDoctorSaysWhatToDoAndFailsWhenACheckDoes() {
    var pass = check("W0101", "PASS", "n1", "epoch 3", "");
    var fail = check("W0104", "FAIL", "n2/users-1", "it is gone", "restart it");
    on("GET /v1/doctor", 200, doctor("FAIL", pass, pass.copy().put("subject", "n2"), fail));
    assertEquals(ExitCode.NOT_WELL, run("doctor"));
    assertTrue(out.toString().contains("PASS W0101 a rule (2)"), out.toString());
    assertTrue(
        out.toString().contains("FAIL W0104 a rule: n2/users-1: it is gone"), out.toString());
    assertTrue(out.toString().contains("-> restart it"), out.toString());
    on("GET /v1/doctor", 200, doctor("WARN", pass));
    assertEquals(ExitCode.OK, run("doctor", "--all"));
    assertTrue(out.toString().contains("PASS W0101 a rule: n1: epoch 3"), out.toString());
  }

  private static JsonObject check(
      String code, String status, String subject, String detail, String fix) {
    return new JsonObject()
        .put("code", code)
        .put("name", "a rule")
        .put("status", status)
        .put("subject", subject)
        .put("detail", detail)
        .put("fix", fix);
  }

  private static JsonObject doctor(String worst, JsonObject... checks) {
    return new JsonObject().put("worst", worst).put("checks", new JsonArray(List.of(checks)));
  }

  @Test
  void aSplitChangesThePoliciesThatCountAndNamesTheirEpoch() {
    on("GET /v1/policies", 200, new JsonObject().put("epoch", 4).put("text", "services: {}\n"));
    on(
        "POST /v1/policies",
        200,
        new JsonObject()
            .put("epoch", 5)
            .put("acknowledged", true)
            .put("tookMillis", 12)
            .put("nodes", new JsonArray().add(new JsonObject())));
    assertEquals(ExitCode.OK, run("split", "users", "1.0.0=90", "1.1.0=10"), err.toString());
    assertEquals("/v1/policies?expect=4&name=split+of+users", asked.get(1).uri());
    assertTrue(asked.get(1).body().contains("1.1.0: 10%"), asked.get(1).body());
    assertTrue(out.toString().contains("epoch 5 counts on all 1 nodes"), out.toString());
    run("fault", "users.get", "--percent", "10", "--delay", "200ms", "--dry-run");
    assertTrue(asked.get(3).uri().endsWith("&dry-run"), asked.get(3).uri());
    assertTrue(asked.get(3).body().contains("delay: 200ms"), asked.get(3).body());
    assertEquals(ExitCode.REFUSED, run("split", "users"));
    assertEquals(ExitCode.REFUSED, run("split", "users", "1.0.0"));
    assertEquals(ExitCode.REFUSED, run("fault", "users"));
    on("POST /v1/policies", 409, new JsonObject().put("detail", "epoch 5 counts"));
    assertEquals(ExitCode.CONFLICT, run("split", "users", "--off"));
  }

  @Test
  void whatIsLoggedIsShownAndSet() {
    var levels =
        new JsonObject().put("node", "n1").put("loggers", new JsonObject().put("a", "INFO"));
    var answer =
        new JsonObject().put("nodes", new JsonArray().add(levels)).put("missing", new JsonArray());
    on("GET /v1/log", 200, answer);
    on("PUT /v1/log", 200, answer);
    assertEquals(ExitCode.OK, run("log"));
    assertTrue(out.toString().contains("n1    a       INFO"), out.toString());
    assertEquals(ExitCode.OK, run("log", "debug", "--logger", "io.weft", "--node", "n1"));
    assertTrue(out.toString().contains("n1    io.weft  inherited"), out.toString());
    assertFalse(out.toString().contains("INFO"), "only what was set is shown");
    assertEquals("/v1/log?node=n1", asked.get(1).uri());
    assertEquals(
        new JsonObject().put("level", "debug").put("logger", "io.weft"),
        new JsonObject(asked.get(1).body()));
  }

  @Test
  void aBenchCallsForAWhileAndCountsWhatBecameOfIt() {
    on(
        "POST /v1/calls",
        200,
        new JsonObject().put("outcome", "ok").put("micros", 1_000).put("trace", ""));
    assertEquals(
        ExitCode.OK,
        run("bench", "users.get", "--seconds", "1", "--concurrency", "2", "-o", "json"));
    var told = new JsonObject(out.toString());
    assertEquals(told.getLong("calls"), told.getJsonObject("outcomes").getLong("ok"));
    assertEquals(1_000, told.getLong("p50Micros"), 40);
    assertEquals("query", new JsonObject(asked.get(0).body()).getString("kind"));
    assertEquals(ExitCode.REFUSED, run("bench", "users.get", "--concurrency", "65"));
  }

  @Test
  void theRehearsalOfTheBuildRunsThrough() {
    assertEquals(ExitCode.OK, bare("rehearse"), err.toString());
  }
}
