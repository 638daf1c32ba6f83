package io.weft.mesh.bus;

import static io.weft.mesh.bus.Await.await;
import static io.weft.mesh.bus.Await.eventually;
import static io.weft.mesh.bus.Felt.watch;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.VerticleBase;
import io.weft.mesh.CallOptions;
import io.weft.mesh.Cancellation;
import io.weft.mesh.MeshFailure.Expired;
import io.weft.mesh.MeshFailure.Unknown;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.Operation;
import io.weft.mesh.bus.Felt.Watched;
import io.weft.mesh.bus.WiredSite.Node;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A call that nobody waits for any more ends at its caller at once, and its server hears of it.
 *
 * <p>Each node serves the same, so that the calls of {@code one} to itself show what holds on one
 * node, and those to {@code two} what holds between nodes.
 */
@Timeout(90)
class CancellationTest {
  record Word(String text) {}

  static final Operation<Word, Word> STORE =
      Operation.command("words.store", Word.class, Word.class);
  static final Operation<Word, Word> RELAY =
      Operation.command("relay.store", Word.class, Word.class);
  static final Operation<Word, Word> SLOW = Operation.command("slow.store", Word.class, Word.class);
  static final Word HELLO = new Word("hello");

  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Duration AT_ONCE = Duration.ofMillis(500);
  private static final int CALLS = 40;
  private static final int LARGE_CHARS = 1_000_000;

  /** How late a deadline may be felt where nothing else is in the way. */
  private static final Duration TICK = Duration.ofMillis(50);

  private static final Held<Word> STORED = new Held<>();
  private static final AtomicInteger ranSlowly = new AtomicInteger();
  private static volatile CountDownLatch workerFree = new CountDownLatch(0);
  private static WiredSite site;
  private static Node one;
  private static Node two;

  @BeforeAll
  static void start() throws Exception {
    site = new WiredSite();
    one = site.start("one");
    two = site.start("two");
    for (var node : new Node[] {one, two}) {
      node.serve(STORE, STORED::hold);
      node.serve(
          RELAY,
          word -> {
            var other = node.name().equals("one") ? "two" : "one";
            return node.mesh().call(STORE, word, CallOptions.DEFAULT.withNode(other));
          });
      serveOnAWorker(node);
    }
    eventually(() -> one.endpoint(SLOW.name(), "two") != null);
    eventually(() -> two.endpoint(STORE.name(), "one") != null);
  }

  @AfterEach
  void clear() {
    workerFree.countDown();
    STORED.clear();
    ranSlowly.set(0);
  }

  @AfterAll
  static void stop() throws Exception {
    site.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"one", "two"})
  void aCancelledCallIsUnknownAtOnceAndItsHandlerHearsOfIt(String node) throws Exception {
    var cancellation = new Cancellation();
    var call = call(STORE, node, LONG, cancellation);
    var served = STORED.next().call().cancellation();
    assertFalse(served.cancelled());

    long since = System.nanoTime();
    cancellation.cancel();

    call.failed(Unknown.class, since, AT_ONCE);
    eventually(served::cancelled);
  }

  @ParameterizedTest
  @ValueSource(strings = {"one", "two"})
  void aHandlerHearsWhenTheDeadlineOfItsCallHasPassed(String node) throws Exception {
    var call = call(STORE, node, Duration.ofMillis(200), Cancellation.NEVER);
    var served = STORED.next().call().cancellation();

    eventually(served::cancelled);

    assertTrue(call.felt().failure() instanceof Unknown);
  }

  @ParameterizedTest
  @ValueSource(strings = {"one", "two"})
  void aCallThatIsNotAnsweredIsUnknownWithinATickOfItsDeadline(String node) throws Exception {
    var lateNanos = new ArrayList<Long>();
    for (int i = 0; i < CALLS; i++) {
      var timeout = Duration.ofMillis(300 + 7L * i);
      long due = System.nanoTime() + timeout.toNanos();
      var call = call(STORE, node, timeout, Cancellation.NEVER);
      call.done()
          .thenAccept(
              felt -> {
                assertTrue(felt.failure() instanceof Unknown);
                synchronized (lateNanos) {
                  lateNanos.add(felt.atNanos() - due);
                }
              });
    }
    eventually(
        () -> {
          synchronized (lateNanos) {
            return lateNanos.size() == CALLS;
          }
        });

    lateNanos.sort(Comparator.naturalOrder());
    System.out.println(
        "late by " + lateNanos.get(0) / 1e6 + " to " + lateNanos.get(CALLS - 1) / 1e6 + " ms");
    assertTrue(lateNanos.get(0) >= 0, "early by " + -lateNanos.get(0) + " ns");
    // Of forty, half: a machine that is busy with other things holds up some.
    assertTrue(lateNanos.get(CALLS / 2) <= TICK.toNanos(), lateNanos.toString());
  }

  /** The request came to the instance, but its thread is busy with the one before. */
  @ParameterizedTest
  @ValueSource(strings = {"one", "two"})
  void aCancelledCallThatWaitsForItsHandlersThreadNeverRuns(String node) throws Exception {
    var busy = new CountDownLatch(1);
    workerFree = busy;
    var first = call(SLOW, node, LONG, Cancellation.NEVER);
    eventually(() -> ranSlowly.get() == 1);
    var cancellation = new Cancellation();
    var second = call(SLOW, node, LONG, cancellation);
    var third = call(SLOW, node, Duration.ofMillis(200), Cancellation.NEVER);
    // A query of the same way that is answered: what was sent before has arrived.
    var probe = call(STORE, node, LONG, Cancellation.NEVER);
    STORED.next().answer().complete(HELLO);
    assertEquals(HELLO, probe.felt().value());

    cancellation.cancel();
    assertTrue(second.felt().failure() instanceof Unknown);
    assertTrue(third.felt().failure() instanceof Unknown);
    var told = call(STORE, node, LONG, Cancellation.NEVER);
    STORED.next().answer().complete(HELLO);
    assertEquals(HELLO, told.felt().value());
    busy.countDown();

    assertEquals(HELLO, first.felt().value());
    assertEquals(HELLO, call(SLOW, node, LONG, Cancellation.NEVER).felt().value());
    assertEquals(2, ranSlowly.get());
  }

  @ParameterizedTest
  @ValueSource(strings = {"one", "two"})
  void callsMadeWhileServingAreCancelledWithTheCallThatMadeThem(String node) throws Exception {
    var cancellation = new Cancellation();
    var call = call(RELAY, node, LONG, cancellation);
    var nested = STORED.next();
    assertEquals("relay", nested.call().caller());

    long since = System.nanoTime();
    cancellation.cancel();

    call.failed(Unknown.class, since, AT_ONCE);
    eventually(nested.call().cancellation()::cancelled);
  }

  @Test
  void aCallThatWasCancelledBeforehandIsNotSent() throws Exception {
    var cancellation = new Cancellation();
    cancellation.cancel();
    var endpoint = one.found(STORE.name(), "two");

    var request = one.request(STORE, HELLO, LONG, cancellation);
    var attempt = watch(one.attempt(endpoint, request)).felt();
    var call = call(STORE, "two", LONG, cancellation).felt();

    assertTrue(attempt.failure() instanceof Expired, String.valueOf(attempt.failure()));
    assertTrue(call.failure() instanceof Expired);
    var probe = call(STORE, "two", LONG, Cancellation.NEVER);
    STORED.next().answer().complete(HELLO);
    assertEquals(HELLO, probe.felt().value());
    assertEquals(0, STORED.waiting());
  }

  @Test
  void aCancelledLargeCallOfWhichOnlyAPartHasGoneNeverRunsAndLeavesNothingBehind()
      throws Exception {
    var endpoint = one.found(STORE.name(), "two");
    var warm = call(STORE, "two", LONG, Cancellation.NEVER);
    STORED.next().answer().complete(HELLO);
    warm.felt();
    two.wire().stall();
    var calls = new ArrayList<Watched<?>>();
    var cancellation = new Cancellation();
    var large = new Word("x".repeat(LARGE_CHARS));
    var stuckBytes = new AtomicLong();
    eventually(
        () -> {
          var request = one.request(STORE, large, LONG, cancellation);
          var call = watch(one.attempt(endpoint, request));
          long before = stuckBytes.getAndSet(waitingBytes());
          if (call.pending()) {
            calls.add(call);
          }
          // Whatever lies between the two has taken all that it takes.
          return stuckBytes.get() > LARGE_CHARS && stuckBytes.get() == before;
        });

    cancellation.cancel();
    two.wire().flow();

    for (var call : calls) {
      assertTrue(call.felt().failure() instanceof Unknown);
    }
    eventually(() -> !one.look("two", PeerLane::idle).contains(false));
    eventually(() -> !two.look("one", PeerLane::idle).contains(false));
    long stuck = (stuckBytes.get() - MeshLimits.UNSENT_WINDOW_BYTES) / LARGE_CHARS;
    assertTrue(STORED.waiting() <= calls.size() - stuck, STORED.waiting() + " ran, " + stuck);
  }

  private static long waitingBytes() {
    return one.look("two", lane -> lane.outbox().bytes()).stream().mapToLong(b -> b).sum();
  }

  private static Watched<Word> call(
      Operation<Word, Word> operation, String node, Duration timeout, Cancellation cancellation) {
    var options =
        CallOptions.DEFAULT.withTimeout(timeout).withNode(node).withCancellation(cancellation);
    return watch(one.mesh().call(operation, HELLO, options));
  }

  private static void serveOnAWorker(Node node) throws Exception {
    var verticle =
        new VerticleBase() {
          @Override
          public Future<?> start() {
            return node.mesh().serve(SLOW, CancellationTest::runSlowly);
          }
        };
    var worker = new DeploymentOptions().setThreadingModel(ThreadingModel.WORKER);
    await(node.cluster().vertx().deployVerticle(verticle, worker));
  }

  private static Future<Word> runSlowly(Word word) {
    ranSlowly.incrementAndGet();
    try {
      assertTrue(workerFree.await(20, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      return Future.failedFuture(e);
    }
    return Future.succeededFuture(word);
  }
}
