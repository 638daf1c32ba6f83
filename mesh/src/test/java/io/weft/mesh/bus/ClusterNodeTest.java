package io.weft.mesh.bus;

import static io.weft.mesh.bus.Await.await;
import static io.weft.mesh.bus.Await.eventually;
import static io.weft.mesh.bus.Await.failureOf;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.weft.mesh.CallOptions;
import io.weft.mesh.Mesh;
import io.weft.mesh.MeshFailure.Application;
import io.weft.mesh.MeshFailure.NotSent;
import io.weft.mesh.MeshFailure.Unknown;
import io.weft.mesh.Operation;
import io.weft.mesh.discovery.NodeRecord;
import io.weft.mesh.telemetry.Telemetry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real nodes on a real cluster, each with its own Vert.x, on loopback. */
@Timeout(90)
class ClusterNodeTest {
  record Word(String text) {}

  static final Operation<Word, Word> ECHO = Operation.query("words.echo", Word.class, Word.class);
  static final Operation<Word, Word> STORE =
      Operation.command("words.store", Word.class, Word.class);

  private final String cluster = "test-" + UUID.randomUUID();
  private final List<ClusterNode> started = new ArrayList<>();

  @AfterEach
  void stopAll() throws Exception {
    Crash.of(started);
  }

  @Test
  void aCallCrossesFromOneNodeToAnotherAndItsReplyComesBack() throws Exception {
    int port = freePort();
    var one = start("one", port, List.of());
    var two = start("two", freePort(), List.of("127.0.0.1:" + port));
    serve(two, ECHO, word -> Future.succeededFuture(new Word(word.text() + " from two")));

    eventually(() -> serving(one, "words") == 1);

    assertEquals("hello from two", await(one.mesh().call(ECHO, new Word("hello"))).text());
  }

  @Test
  void aFailureCrossesWithItsTypeAndAllThatIsKnown() throws Exception {
    int port = freePort();
    var one = start("one", port, List.of());
    var two = start("two", freePort(), List.of("127.0.0.1:" + port));
    serve(two, ECHO, word -> Future.failedFuture(new Application("word.rude", "mind it", "/text")));
    eventually(() -> serving(one, "words") == 1);

    var failure = refusal(one);

    assertEquals("word.rude", failure.code());
    assertEquals("/text", failure.pointer());
  }

  @Test
  void callsInFlightToANodeThatDiesFailAtOnceAndItsEndpointsAreGone() throws Exception {
    int port = freePort();
    var one = start("one", port, List.of());
    var two = start("two", freePort(), List.of("127.0.0.1:" + port));
    Promise<Void> arrived = Promise.promise();
    serve(
        two,
        STORE,
        word -> {
          arrived.tryComplete();
          return Promise.<Word>promise().future();
        });
    eventually(() -> serving(one, "words") == 1);

    var call =
        one.mesh()
            .call(
                STORE, new Word("hello"), CallOptions.DEFAULT.withTimeout(Duration.ofSeconds(60)));
    await(arrived.future());
    crash(two);

    var failure = failureOf(call);
    assertTrue(failure instanceof Unknown || failure instanceof NotSent, failure.toString());
    eventually(() -> serving(one, "words") == 0);
  }

  @Test
  void aNodeThatLostItsClusterSaysSoAndAnnouncesItselfNoMore() throws Exception {
    int port = freePort();
    var one = start("one", port, List.of());
    var two = start("two", freePort(), List.of("127.0.0.1:" + port));
    eventually(() -> names(one).equals(List.of("one", "two")));

    two.terminate(); // Its Vert.x lives on, and could still be heard.

    await(two.ended());
    eventually(() -> names(one).equals(List.of("one")));
    var heard = new LinkedBlockingQueue<String>();
    await(
        one.vertx()
            .eventBus()
            .<Buffer>consumer(
                Discovery.ANNOUNCEMENTS, m -> heard.add(m.body().toJsonObject().getString("node")))
            .completion());
    eventually(() -> heard.size() >= 3);
    assertEquals(Set.of("one"), Set.copyOf(heard));
    assertEquals(List.of("one"), names(one));
    assertTrue(!one.ended().isComplete(), "the other goes on");
  }

  @Test
  void aRestartedNodeIsUsedAgainUnderItsOldName() throws Exception {
    int port = freePort();
    var one = start("one", port, List.of());
    var two = start("two", freePort(), List.of("127.0.0.1:" + port));
    serve(two, ECHO, Future::succeededFuture);
    eventually(() -> serving(one, "words") == 1);
    crash(two);

    var again = start("two", freePort(), List.of("127.0.0.1:" + port));
    serve(again, ECHO, word -> Future.succeededFuture(new Word("reborn")));

    eventually(
        () -> {
          var call = one.mesh().call(ECHO, new Word("hello"));
          try {
            return "reborn".equals(await(call).text());
          } catch (Exception e) {
            return false;
          }
        });
  }

  @Test
  void aNodeThatHasJoinedIsOnTheSiteOnceItEnters() throws Exception {
    int port = freePort();
    var one = start("one", port, List.of());
    var two = joined("two", port);
    started.add(two);
    assertEquals(List.of("one"), names(one));

    await(two.enter());

    eventually(() -> names(one).equals(List.of("one", "two")));
  }

  @Test
  void aNodeThatStopsBeforeItEntersWasNeverOnTheSite() throws Exception {
    int port = freePort();
    var one = start("one", port, List.of());
    var two = joined("two", port);

    await(two.stop());

    assertEquals(List.of("one"), names(one));
  }

  @Test
  void aNodeThatComesUpBeforeItsSeedFindsItLater() throws Exception {
    int seedPort = freePort();
    var early = start("early", freePort(), List.of("127.0.0.1:" + seedPort));
    serve(early, ECHO, Future::succeededFuture);

    var seed = start("seed", seedPort, List.of());

    eventually(() -> serving(seed, "words") == 1);
    assertEquals("hello", await(seed.mesh().call(ECHO, new Word("hello"))).text());
  }

  /** Both are watched for a while before they are refused, so they are watched together. */
  @Test
  void aNameThatIsInUseAndAnotherClusterNameAreRefusedWithWhatToDo() throws Exception {
    int port = freePort();
    start("one", port, List.of());
    var join = List.of("127.0.0.1:" + port);

    var namesake = starting("one", freePort(), join, cluster);
    var stranger = starting("two", freePort(), join, "other-" + cluster);

    var inUse = assertInstanceOf(ClusterException.class, failureOf(namesake));
    assertTrue(inUse.getMessage().contains("node name \"one\" is in use"), inUse.toString());
    var notLetIn = assertInstanceOf(ClusterException.class, failureOf(stranger));
    assertTrue(notLetIn.getMessage().contains("--cluster-name"), notLetIn.toString());
  }

  @Test
  void aClientOfHazelcastIsNotLetIn() throws Exception {
    int port = freePort();
    start("one", port, List.of());

    try (var client = new Socket(InetAddress.getLoopbackAddress(), port)) {
      client.setSoTimeout(30_000);
      client.getOutputStream().write("CP2".getBytes(StandardCharsets.US_ASCII)); // How they begin.
      assertEquals("", heardUntilClosed(client).replace("HZX", "")); // Unexpected, that is.
    }
  }

  private static String heardUntilClosed(Socket socket) throws IOException {
    try {
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    } catch (SocketException e) {
      return ""; // Reset.
    }
  }

  @Test
  void aPortThatIsTakenIsRefusedWithWhatToDo() throws Exception {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var failure = failureOf(starting("one", taken.getLocalPort(), List.of(), cluster));

      assertInstanceOf(ClusterException.class, failure);
      assertTrue(failure.getMessage().contains("--cluster-port"), failure.toString());
    }
  }

  private ClusterNode start(String name, int port, List<String> join) throws Exception {
    var node = await(starting(name, port, join, cluster));
    started.add(node);
    await(node.ready());
    return node;
  }

  private ClusterNode joined(String name, int seedPort) throws Exception {
    var settings = settings(name, freePort(), List.of("127.0.0.1:" + seedPort), cluster);
    return await(ClusterNode.join(settings, new VertxOptions(), Telemetry.NONE));
  }

  private static List<String> names(ClusterNode node) {
    return node.mesh().nodes().stream().map(NodeRecord::id).sorted().toList();
  }

  private static Future<ClusterNode> starting(
      String name, int port, List<String> join, String clusterName) {
    return ClusterNode.start(
        settings(name, port, join, clusterName), new VertxOptions(), Telemetry.NONE);
  }

  private static ClusterNode.Settings settings(
      String name, int port, List<String> join, String clusterName) {
    return new ClusterNode.Settings(
        name,
        "test",
        "test",
        "1",
        clusterName,
        "127.0.0.1",
        port,
        0,
        join,
        Path.of(System.getProperty("weft.root"), "cluster.xml"),
        List.of());
  }

  private static <Q, R> void serve(
      ClusterNode node, Operation<Q, R> operation, Function<Q, Future<R>> handler)
      throws Exception {
    await(
        node.vertx()
            .deployVerticle(
                new VerticleBase() {
                  @Override
                  public Future<?> start() {
                    return node.mesh().serve(operation, handler);
                  }
                }));
  }

  /** Ends a node as a crash does: no goodbye, connections torn. */
  private void crash(ClusterNode node) throws Exception {
    started.remove(node);
    Crash.of(List.of(node));
  }

  /**
   * Calls until somebody answers: while Hazelcast still moves what says where a bus listens, a node
   * that has just joined may not be reached.
   */
  private static Application refusal(ClusterNode caller) {
    var refused = new AtomicReference<@Nullable Application>();
    eventually(
        () -> {
          try {
            var failure = failureOf(caller.mesh().call(ECHO, new Word("hello")));
            refused.set(failure instanceof Application refusal ? refusal : null);
          } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError(e);
          }
          return refused.get() != null;
        });
    return requireNonNull(refused.get());
  }

  private static int serving(ClusterNode node, String service) {
    Mesh mesh = node.mesh();
    return mesh.nodes().stream().mapToInt(record -> record.serving(service)).sum();
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
