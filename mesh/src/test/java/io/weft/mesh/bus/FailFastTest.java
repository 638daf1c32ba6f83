package io.weft.mesh.bus;

import static io.weft.mesh.bus.Await.await;
import static io.weft.mesh.bus.Await.eventually;
import static io.weft.mesh.bus.Await.failureOf;
import static io.weft.mesh.bus.Felt.watch;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.VertxInternal;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import io.weft.mesh.CallOptions;
import io.weft.mesh.Cancellation;
import io.weft.mesh.MeshFailure.NotSent;
import io.weft.mesh.MeshFailure.Unknown;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.Operation;
import io.weft.mesh.Reply;
import io.weft.mesh.bus.Felt.Watched;
import io.weft.mesh.bus.WiredSite.Node;
import io.weft.mesh.discovery.Announcement;
import io.weft.mesh.discovery.Endpoint;
import io.weft.mesh.discovery.InstanceRecord;
import io.weft.mesh.discovery.MissingNode;
import io.weft.mesh.discovery.NodeRecord;
import io.weft.mesh.discovery.NodeRecord.State;
import io.weft.mesh.telemetry.Telemetry;
import io.weft.mesh.time.Ticker;
import io.weft.mesh.wire.JsonCodec;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * One test for each way in which a call learns before its deadline that no answer will come.
 *
 * <p>Three nodes on real sockets; {@code one} calls {@code two} and {@code three}. What is asserted
 * of time is far below the deadlines: a call that waits for its own fails the test.
 */
@Timeout(90)
@Tag("alone")
class FailFastTest {
  record Word(String text) {}

  static final Operation<Word, Word> ECHO = Operation.query("words.echo", Word.class, Word.class);
  static final Operation<Word, Word> ASK = Operation.query("words.ask", Word.class, Word.class);
  static final Operation<Word, Word> STORE =
      Operation.command("words.store", Word.class, Word.class);
  static final Word HELLO = new Word("hello");

  /** The deadline of each call. */
  private static final Duration LONG = Duration.ofSeconds(30);

  /** What counts as at once; most is a few milliseconds, on a machine with nothing else to do. */
  private static final Duration AT_ONCE = Duration.ofMillis(500);

  /** When the bus closes a connection on which nothing is answered, at the latest. */
  private static final Duration BUS_PATIENCE = Duration.ofSeconds(3);

  private static final Held<Word> ASKED = new Held<>();
  private static final Held<Word> STORED = new Held<>();
  private static WiredSite site;
  private static Node one;
  private static Node two;
  private static Node three;

  @BeforeAll
  static void start() throws Exception {
    site = new WiredSite();
    one = site.start("one");
    two = site.start("two");
    three = site.start("three");
    for (var node : List.of(two, three)) {
      serve(node);
    }
    settle();
  }

  @AfterEach
  void heal() throws Exception {
    site.heal();
    settle();
    ASKED.clear();
    STORED.clear();
  }

  @AfterAll
  static void stop() throws Exception {
    site.close();
  }

  @Test
  void aPeerThatRefusesConnectionsIsNotSentAtOnce() throws Exception {
    refuse(two);

    long since = System.nanoTime();
    attempt(ECHO, HELLO, two).failed(NotSent.class, since, AT_ONCE);
  }

  @Test
  void aLargeBodyForAPeerThatRefusesConnectionsIsNotSentAtOnce() throws Exception {
    refuse(two);

    for (int bytes : List.of(MeshLimits.PIECE_BYTES + 1, 100_000, 3_000_000)) {
      long since = System.nanoTime();
      attempt(ECHO, word(bytes), two).failed(NotSent.class, since, AT_ONCE);
    }
  }

  @Test
  void aCallGoesElsewhereWhenAPeerRefusesConnections() throws Exception {
    refuse(two);

    long since = System.nanoTime();
    for (int i = 0; i < 20; i++) {
      assertEquals("three", await(one.mesh().call(ECHO, HELLO)).text());
    }
    watch(Future.succeededFuture()).felt().soon(since, Duration.ofSeconds(2));
  }

  @Test
  void aCallInAConnectionThatIsCutIsUnknownAtOnce() throws Exception {
    var call = attempt(STORE, HELLO, two);
    STORED.next();

    long since = System.nanoTime();
    two.wire().cut();

    call.failed(Unknown.class, since, AT_ONCE);
  }

  @Test
  void aCallInAConnectionThatIsHalfClosedIsUnknownAtOnce() throws Exception {
    var call = attempt(STORE, HELLO, two);
    STORED.next();

    long since = System.nanoTime();
    two.wire().halfClose();

    call.failed(Unknown.class, since, AT_ONCE);
  }

  @Test
  void aQueryInAConnectionThatIsCutIsAskedAgainAtOnce() throws Exception {
    var options = CallOptions.DEFAULT.withTimeout(LONG).withNode("two");
    var call = watch(one.mesh().call(ASK, HELLO, options));
    ASKED.next();

    long since = System.nanoTime();
    two.wire().cut();
    ASKED.next().answer().complete(new Word("the second time"));

    assertEquals("the second time", call.felt().value().text());
    call.felt().soon(since, AT_ONCE);
  }

  @Test
  void aCallToAPeerThatBelievesItsCallerDeadIsUnknownAtOnce() throws Exception {
    var call = attempt(STORE, HELLO, two);
    STORED.next();
    var believedDead = two.mesh().nodes().stream().filter(n -> n.id().equals("one")).findFirst();

    long since = System.nanoTime();
    two.mesh().lanes().lost(believedDead.orElseThrow(), "its announcements are late");

    call.failed(Unknown.class, since, AT_ONCE);
  }

  @Test
  void theServerIsToldOfACallWhoseConnectionWasCut() throws Exception {
    attempt(STORE, HELLO, two);
    var cancellation = STORED.next().call().cancellation();

    two.wire().cut();

    eventually(cancellation::cancelled);
  }

  @Test
  void aCallWhoseAnswerWasLostWithItsConnectionIsUnknownAtOnce() throws Exception {
    var call = attempt(STORE, HELLO, two);
    var held = STORED.next();
    one.wire().stall();
    held.answer().complete(HELLO);
    eventually(() -> nothingWaits(two, "one"));
    assertTrue(call.pending());

    long since = System.nanoTime();
    one.wire().cut();
    one.wire().flow();

    call.failed(Unknown.class, since, AT_ONCE);
  }

  @Test
  void aCallWhoseAnswerFoundNoConnectionIsUnknownAsSoonAsThereIsOne() throws Exception {
    var call = attempt(STORE, HELLO, two);
    var held = STORED.next();
    one.wire().refuse();
    eventually(() -> refused(two, one));
    held.answer().complete(HELLO);
    eventually(() -> nothingWaits(two, "one"));
    assertTrue(call.pending());

    long since = System.nanoTime();
    one.wire().accept();

    call.failed(Unknown.class, since, MeshLimits.RESET_INTERVAL.plus(AT_ONCE));
  }

  @Test
  void aCallToAPeerThatFallsSilentIsUnknownWhenTheBusGivesItsConnectionUp() throws Exception {
    var call = attempt(STORE, HELLO, two);
    STORED.next();

    long since = System.nanoTime();
    two.wire().stall();

    call.failed(Unknown.class, since, BUS_PATIENCE.plus(AT_ONCE));
  }

  @Test
  void aCallToANodeThatLeavesIsUnknownAsSoonAsItHasLeft() throws Exception {
    var four = startFourth();
    var call = attempt(STORE, HELLO, four);
    STORED.next();

    var stopped = four.cluster().stop();
    long[] left = new long[1];
    eventually(
        () -> {
          left[0] = System.nanoTime();
          return one.mesh().nodes().stream().noneMatch(node -> node.id().equals("four"));
        });

    call.failed(Unknown.class, left[0], AT_ONCE);
    await(stopped);
    site.leave(four);
    assertNull(missing("four"), "it has left in order");
  }

  @Test
  void aCallToANodeThatCrashesFailsAtOnce() throws Exception {
    var four = startFourth();
    var call = attempt(STORE, HELLO, four);
    STORED.next();

    long since = System.nanoTime();
    site.leave(four);
    four.cluster().terminate();

    call.failed(Unknown.class, since, AT_ONCE);
    await(four.cluster().vertx().close());
    eventually(() -> missing("four") != null); // The cluster tells a moment after the connection.
    assertFalse(requireNonNull(missing("four")).member());
  }

  private static @Nullable MissingNode missing(String node) {
    try {
      return await(one.mesh().missing()).stream()
          .filter(missing -> missing.node().equals(node))
          .findFirst()
          .orElse(null);
    } catch (ExecutionException | InterruptedException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  /** The bus of the silent node is in order, so that nothing but its lease tells. */
  @Test
  void aCallToANodeThatAnnouncesItselfNoMoreIsUnknownWhenItsLeaseEnds() throws Exception {
    var silent = new Silent();
    silent.open();
    var vertx = three.cluster().vertx();
    long announcing = vertx.setPeriodic(200, id -> silent.announce());
    eventually(() -> one.endpoint(STORE.name(), "silent") != null);
    var call = attempt(STORE, HELLO, one.found(STORE.name(), "silent"));
    eventually(() -> silent.frames.get() > 0);

    long since = System.nanoTime();
    vertx.cancelTimer(announcing);

    var failure = call.failed(Unknown.class, since, MeshLimits.LEASE.plus(AT_ONCE));
    assertTrue(failure.getMessage().contains("lease"), failure.getMessage());
    var missing = requireNonNull(missing("silent"));
    assertTrue(missing.member(), missing.toString());
    assertTrue(missing.silent().compareTo(MeshLimits.LEASE) >= 0, missing.toString());
    silent.close();
  }

  @Test
  void aCallThatReachesARestartedNodeIsNotSent() throws Exception {
    var now = one.found(STORE.name(), "two");
    var before =
        new Endpoint(
            "two/before/" + now.instance(),
            "two",
            "before",
            now.instance(),
            now.service(),
            now.site(),
            now.zone(),
            now.lane(),
            now.version(),
            now.weight(),
            now.operations());

    long since = System.nanoTime();
    attempt(STORE, HELLO, before).failed(NotSent.class, since, AT_ONCE);

    assertEquals(0, STORED.waiting());
  }

  @Test
  void aCallToAnInstanceThatIsGoneIsNotSent() throws Exception {
    var endpoint = with(one.found(STORE.name(), "two"), "words-99", 0);

    long since = System.nanoTime();
    attempt(STORE, HELLO, endpoint).failed(NotSent.class, since, AT_ONCE);
  }

  @Test
  void aCallOfAnUnknownOperationIsNotSent() throws Exception {
    var unknown = Operation.command("words.burn", Word.class, Word.class);

    long since = System.nanoTime();
    attempt(unknown, HELLO, one.found(STORE.name(), "two")).failed(NotSent.class, since, AT_ONCE);
  }

  @Test
  void aCallToALaneThatNobodyReadsIsNotSent() throws Exception {
    var now = one.found(STORE.name(), "two");

    long since = System.nanoTime();
    attempt(STORE, HELLO, with(now, now.instance(), 7)).failed(NotSent.class, since, AT_ONCE);
  }

  /** What became of the first attempt decides: the second one was refused, but says only that. */
  @Test
  void aCommandThatWasCutAndCannotBeRepeatedIsUnknown() throws Exception {
    var options = CallOptions.DEFAULT.withTimeout(LONG).withNode("two");
    var call = watch(one.mesh().call(STORE, HELLO, options));
    STORED.next();

    long since = System.nanoTime();
    two.wire().refuse();

    call.failed(Unknown.class, since, AT_ONCE);
  }

  private static Node startFourth() throws Exception {
    var four = site.start("four");
    serve(four);
    eventually(() -> one.endpoint(STORE.name(), "four") != null);
    return four;
  }

  private static void serve(Node node) throws Exception {
    node.serve(ECHO, word -> Future.succeededFuture(new Word(node.name())));
    node.serve(ASK, ASKED::hold);
    node.serve(STORE, STORED::hold);
  }

  /** Waits until calls go through to each node. */
  private static void settle() {
    for (var name : List.of("two", "three")) {
      eventually(
          () -> {
            var endpoint = one.endpoint(ECHO.name(), name);
            return endpoint != null && succeeds(endpoint);
          });
    }
  }

  private static boolean succeeds(Endpoint endpoint) {
    try {
      var request = one.request(ECHO, HELLO, Duration.ofSeconds(1), Cancellation.NEVER);
      return await(one.attempt(endpoint, request)) != null;
    } catch (Exception e) {
      return false;
    }
  }

  /**
   * Lets a node refuse connections, and waits until nothing is left of those that it had, and until
   * it has announced itself again: while it refuses and is not heard it is not used.
   */
  private static void refuse(Node node) throws Exception {
    node.wire().refuse();
    eventually(() -> refused(one, node));
    eventually(() -> one.endpoint(ECHO.name(), node.name()) != null);
  }

  private static boolean refused(Node from, Node to) {
    var endpoint =
        new Endpoint(
            "?", to.name(), incarnation(to), "?", "words", "test", "test", 0, "1", 1, List.of());
    try {
      var request = from.request(ECHO, HELLO, LONG, Cancellation.NEVER);
      return failureOf(from.attempt(endpoint, request)).getMessage().contains("refused");
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static String incarnation(Node node) {
    return node.mesh().nodes().get(0).incarnation();
  }

  private static Watched<Reply> attempt(Operation<Word, Word> operation, Word word, Node node) {
    return attempt(operation, word, one.found(operation.name(), node.name()));
  }

  private static Watched<Reply> attempt(
      Operation<Word, Word> operation, Word word, Endpoint endpoint) {
    return watch(one.attempt(endpoint, one.request(operation, word, LONG, Cancellation.NEVER)));
  }

  private static Word word(int bytes) {
    return new Word("x".repeat(bytes));
  }

  private static Endpoint with(Endpoint endpoint, String instance, int lane) {
    return new Endpoint(
        endpoint.node() + "/" + endpoint.incarnation() + "/" + instance,
        endpoint.node(),
        endpoint.incarnation(),
        instance,
        endpoint.service(),
        endpoint.site(),
        endpoint.zone(),
        lane,
        endpoint.version(),
        endpoint.weight(),
        endpoint.operations());
  }

  /** Returns whether the network has taken, or lost, all that a node wrote to another. */
  private static boolean nothingWaits(Node node, String other) {
    return !node.look(other, lane -> lane.outbox().bytes() == 0).contains(false);
  }

  /** A node whose bus takes what comes, and which says only of itself what a test lets it say. */
  private static final class Silent {
    private final NodeRecord record;
    private final HazelcastSite records;
    private final AtomicInteger frames = new AtomicInteger();

    Silent() {
      var vertx = (VertxInternal) three.cluster().vertx();
      var manager = (HazelcastClusterManager) vertx.clusterManager();
      records =
          new HazelcastSite(vertx, manager.getHazelcastInstance(), Ticker.system(), Telemetry.NONE);
      record =
          new NodeRecord(
              "silent",
              "first",
              1,
              manager.getNodeId(),
              "test",
              "test",
              "1",
              State.SERVING,
              1,
              List.of(),
              Map.of(),
              List.of(
                  new InstanceRecord(
                      "words-1", "words", "1", 0, 1, State.SERVING, List.of(STORE.name()))));
    }

    void open() throws Exception {
      var lane =
          three
              .cluster()
              .vertx()
              .eventBus()
              .<Buffer>consumer(Lane.address("silent", 0), frame -> frames.incrementAndGet());
      await(lane.completion());
      await(records.put(record));
    }

    void announce() {
      three
          .cluster()
          .vertx()
          .eventBus()
          .publish(
              "weft.announcements",
              JsonCodec.encode(new Announcement(record.id(), record.incarnation(), 1)));
    }

    void close() throws Exception {
      await(records.remove(record.id(), record.incarnation()));
    }
  }
}
