package io.weft.mesh.bus;

import static io.weft.mesh.bus.Await.await;
import static io.weft.mesh.bus.Await.eventually;
import static io.weft.mesh.bus.Await.failureOf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.serviceproxy.ServiceProxyBuilder;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import io.weft.mesh.Call;
import io.weft.mesh.CallOptions;
import io.weft.mesh.ItemStream;
import io.weft.mesh.MeshFailure.Application;
import io.weft.mesh.MeshFailure.Unknown;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.StreamOperation;
import io.weft.mesh.bus.Numbers.Count;
import io.weft.mesh.telemetry.Telemetry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Streams between real nodes on a real cluster, over real connections. */
@Timeout(90)
class ClusterStreamTest {
  record Ask(long total, int bytes) {}

  static final StreamOperation<Ask, Count> COUNT =
      StreamOperation.of("numbers.count", Ask.class, Count.class);
  static final Ask ENDLESS = new Ask(Long.MAX_VALUE, 0);
  private static final String CLUSTER = "test-" + UUID.randomUUID();
  private static int seedPort;
  private static ClusterNode one;
  private static ClusterNode two;

  /** What each node that serves was asked last. */
  private static final Map<String, Call> CALLS = new ConcurrentHashMap<>();

  private static final Map<String, Numbers> SOURCES = new ConcurrentHashMap<>();

  @BeforeAll
  static void startPair() throws Exception {
    seedPort = freePort();
    one = start("one", seedPort, List.of());
    two = start("two", freePort(), List.of("127.0.0.1:" + seedPort));
    serve(two);
  }

  @AfterAll
  static void stopPair() throws Exception {
    Crash.of(List.of(two, one));
  }

  @Test
  void manyItemsArriveInOrderAndThenTheEnd() throws Exception {
    assertEquals(100_000, Reader.of(count(one, "two", new Ask(100_000, 0))).ended());
  }

  @Test
  void largeItemsArriveInOrderAndThenTheEnd() throws Exception {
    assertEquals(1_000, Reader.of(count(one, "two", new Ask(1_000, 60_000))).ended());
  }

  @Test
  void aReaderThatPausesStopsTheWriterWithinTheWindow() throws Exception {
    var reader = Reader.paused(count(one, "two", new Ask(1_000, 10_000)));
    var source = SOURCES.get("two");
    eventually(() -> source.produced() == MeshLimits.STREAM_WINDOW_ITEMS);
    // What another stream brings in full has had all the time that this one would have needed.
    assertEquals(1_000, Reader.of(count(one, "two", new Ask(1_000, 10_000))).ended());

    assertEquals(MeshLimits.STREAM_WINDOW_ITEMS, source.produced());
    assertTrue(source.paused());
    reader.stream().resume();
    assertEquals(1_000, reader.ended());
  }

  @Test
  void whatIsCancelledReachesTheWriter() throws Exception {
    var reader = Reader.of(count(one, "two", ENDLESS));
    eventually(() -> reader.count() > 1_000);

    reader.stream().cancel();

    eventually(() -> CALLS.get("two").cancellation().cancelled());
    assertFalse(reader.over());
  }

  @Test
  void aWriterThatBelievesItsReaderDeadEndsTheStreamAsUnknown() throws Exception {
    var reader = Reader.of(count(one, "two", ENDLESS));
    eventually(() -> reader.count() > 1_000);
    var believedDead = two.mesh().nodes().stream().filter(n -> n.id().equals("one")).findFirst();

    two.mesh().lanes().lost(believedDead.orElseThrow(), "its announcements are late");

    assertInstanceOf(Unknown.class, reader.failed());
  }

  @Test
  void aWriterThatDiesEndsTheStreamAsUnknown() throws Exception {
    var three = start("three", freePort(), List.of("127.0.0.1:" + seedPort));
    serve(three);
    eventually(() -> serving(one, "three"));
    var reader = Reader.of(count(one, "three", ENDLESS));
    eventually(() -> reader.count() > 1_000);

    Crash.of(List.of(three));

    assertInstanceOf(Unknown.class, reader.failed());
  }

  @Test
  void aReaderThatDiesLetsTheWriterGo() throws Exception {
    var four = start("four", freePort(), List.of("127.0.0.1:" + seedPort));
    eventually(() -> serving(four, "two"));
    var reader = Reader.of(count(four, "two", ENDLESS));
    eventually(() -> reader.count() > 1_000);
    var call = CALLS.get("two");

    Crash.of(List.of(four));

    eventually(() -> call.cancellation().cancelled());
  }

  /** A member of the cluster that knows nothing of the mesh but an address. */
  @Test
  void aProgramWithoutTheMeshReachesAServiceByItsProxy() throws Exception {
    var settings = settings("plain", freePort(), List.of("127.0.0.1:" + seedPort));
    var plain =
        await(
            Vertx.builder()
                .with(
                    new VertxOptions()
                        .setEventBusOptions(new EventBusOptions().setHost("127.0.0.1")))
                .withClusterManager(new HazelcastClusterManager(ClusterNode.config(settings)))
                .buildClustered());
    Promise<Void> served = Promise.promise();
    two.vertx()
        .runOnContext(
            turn ->
                two.mesh()
                    .serve(
                        ServiceMessagesTest.ECHO,
                        word ->
                            "rude".equals(word.text())
                                ? Future.failedFuture(new Application("word.rude", "mind it"))
                                : Future.succeededFuture(word))
                    .onComplete(served));
    await(served.future());
    var words =
        new ServiceProxyBuilder(plain).setAddress(ServiceMessagesTest.ADDRESS).build(Words.class);

    assertEquals("hello", await(words.echo("hello")).getString("text"));
    var failure = assertInstanceOf(ReplyException.class, failureOf(words.echo("rude")));
    assertEquals(400, failure.failureCode());
    assertEquals("word.rude: mind it", failure.getMessage());
    await(plain.close());
  }

  private static Future<ItemStream<Count>> count(ClusterNode from, String to, Ask ask) {
    return from.mesh().open(COUNT, ask, CallOptions.DEFAULT.withNode(to));
  }

  /** Serves from outside of any verticle, so that nothing is said when the node's Vert.x closes. */
  private static void serve(ClusterNode node) throws Exception {
    Promise<Void> served = Promise.promise();
    node.vertx()
        .runOnContext(
            turn -> node.mesh().serve(COUNT, ask -> opened(node, ask)).onComplete(served));
    await(served.future());
    eventually(() -> serving(one, node.mesh().node()));
  }

  private static Future<Numbers> opened(ClusterNode node, Ask ask) {
    var numbers = new Numbers(ask.total(), "x".repeat(ask.bytes()), null);
    SOURCES.put(node.mesh().node(), numbers);
    CALLS.put(node.mesh().node(), Call.current().orElseThrow());
    return Future.succeededFuture(numbers);
  }

  private static boolean serving(ClusterNode seen, String node) {
    return seen.mesh().nodes().stream()
        .anyMatch(record -> record.id().equals(node) && record.serving("numbers") == 1);
  }

  private static ClusterNode start(String name, int port, List<String> join) throws Exception {
    var node =
        await(ClusterNode.start(settings(name, port, join), new VertxOptions(), Telemetry.NONE));
    await(node.ready());
    return node;
  }

  private static ClusterNode.Settings settings(String name, int port, List<String> join) {
    return new ClusterNode.Settings(
        name,
        "test",
        "test",
        "1",
        CLUSTER,
        "127.0.0.1",
        port,
        0,
        join,
        Path.of(System.getProperty("weft.root"), "cluster.xml"),
        List.of());
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
