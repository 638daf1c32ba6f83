package io.weft.mesh.bus;

import static io.weft.mesh.bus.Await.await;
import static io.weft.mesh.bus.Await.eventually;
import static io.weft.mesh.bus.Felt.watch;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.weft.mesh.CallOptions;
import io.weft.mesh.Cancellation;
import io.weft.mesh.MeshFailure.NotSent;
import io.weft.mesh.MeshFailure.Unknown;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.Operation;
import io.weft.mesh.Operation.Kind;
import io.weft.mesh.bus.Felt.Watched;
import io.weft.mesh.bus.WiredSite.Node;
import io.weft.mesh.wire.JsonCodec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A peer that does not read costs its callers a bounded part of their heap, and large bodies hold
 * up nobody.
 */
@Timeout(120)
@Tag("alone")
class FlowControlTest {
  record Word(String text) {}

  static final Operation<Word, Word> ECHO = Operation.query("words.echo", Word.class, Word.class);

  /** A command, because one attempt at it has the whole deadline for a large body. */
  static final Operation<Word, Word> REPEAT =
      Operation.command("words.repeat", Word.class, Word.class);

  static final Operation<Word, Word> KEEP = Operation.command("words.keep", Word.class, Word.class);
  static final Word HELLO = new Word("hello");

  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Duration AT_ONCE = Duration.ofMillis(500);

  /** Within which a connection is torn down whose other end does not read, and that is felt. */
  private static final Duration SILENCE = Duration.ofSeconds(5);

  private static final int LARGE_CHARS = 1_000_000;
  private static final int SMALL_CALLS = 300;
  private static final int LARGE_CALLS = 4;

  private static final Held<Word> KEPT = new Held<>();
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
      node.serve(ECHO, Future::succeededFuture);
      node.serve(REPEAT, Future::succeededFuture);
    }
    two.serve(KEEP, KEPT::hold);
    settle();
  }

  @AfterEach
  void heal() throws Exception {
    site.heal();
    settle();
    KEPT.clear();
  }

  @AfterAll
  static void stop() throws Exception {
    site.close();
  }

  @Test
  void whatWaitsForAPeerThatDoesNotReadIsBoundedAndTheRestIsRefusedAtOnce() throws Exception {
    two.wire().stall();
    var endpoint = one.found(KEEP.name(), "two");

    var calls = new ArrayList<Watched<?>>();
    long since = System.nanoTime();
    long most = 0;
    for (int i = 0; i < 100; i++) {
      calls.add(attempt(KEEP, word(LARGE_CHARS), "two"));
      most = Math.max(most, waitingBytes());
    }

    System.out.println("at most " + most + " bytes waited");
    assertTrue(most > MeshLimits.UNSENT_WINDOW_BYTES, most + " bytes waited");
    assertTrue(most <= MeshLimits.OUTBOX_MAX_BYTES, most + " bytes waited");
    assertTrue(calls.stream().filter(Watched::pending).count() < 30);
    watch(one.attempt(endpoint, one.request(KEEP, word(LARGE_CHARS), LONG, Cancellation.NEVER)))
        .failed(NotSent.class, System.nanoTime(), AT_ONCE);
    for (var call : calls) {
      var felt = call.felt();
      assertTrue(
          felt.failure() instanceof NotSent || felt.failure() instanceof Unknown,
          String.valueOf(felt.failure()));
      assertTrue(felt.atNanos() - since < Duration.ofSeconds(25).toNanos());
    }
  }

  /** What was written and cannot go must not keep the connection open. */
  @Test
  void theConnectionToAPeerThatDoesNotReadIsTornDown() throws Exception {
    two.wire().stall();
    var call = attempt(KEEP, HELLO, "two");
    for (int i = 0; i < 12; i++) {
      attempt(KEEP, word(LARGE_CHARS), "two");
    }

    call.failed(Unknown.class, System.nanoTime(), SILENCE);
  }

  @Test
  void callsGoElsewhereWhenAPeerDoesNotRead() throws Exception {
    two.wire().stall();
    for (int i = 0; i < 40; i++) { // Far more than its outbox and the buffers on the way take.
      attempt(KEEP, word(LARGE_CHARS), "two");
    }

    for (int i = 0; i < 20; i++) {
      var word = word(LARGE_CHARS);
      assertEquals(word, await(one.mesh().call(ECHO, word)));
    }
  }

  @Test
  void largeBodiesDoNotHoldUpSmallCalls() throws Exception {
    smallCallsMicros(() -> true); // To warm up.
    var without = smallCallsMicros(() -> true);
    var large = new Transfers();
    large.next();
    var with = smallCallsMicros(() -> large.done >= LARGE_CALLS || large.ended.future().failed());
    large.stop();

    System.out.println(
        "small calls, p50 and p99 in us: "
            + percentile(without, 50)
            + " and "
            + percentile(without, 99)
            + " alone, "
            + percentile(with, 50)
            + " and "
            + percentile(with, 99)
            + " beside "
            + large.done
            + " bodies of 4 MB");
    // Behind one body of 4 MB in one piece, each small call would wait for all of it.
    assertTrue(percentile(with, 50) < 50_000, percentile(with, 50) + " us");
    assertTrue(percentile(with, 99) < 500_000, percentile(with, 99) + " us");
  }

  @Test
  void bodiesOfAllSizesArriveIntactBothWays() throws Exception {
    var random = new SplittableRandom(42);
    int envelope = JsonCodec.encode(new Word("")).length();
    var edges =
        Stream.of(MeshLimits.PIECE_BYTES, MeshLimits.FRAME_FULL_BYTES, MeshLimits.FRAME_MAX_BYTES)
            .flatMap(edge -> Stream.of(edge / 2, edge - 64, edge - 1, edge, edge + 1, 2 * edge));
    var sizes = new ArrayList<>(edges.toList());
    sizes.addAll(List.of(0, 1, MeshLimits.BODY_MAX_BYTES - 1, MeshLimits.BODY_MAX_BYTES));
    for (int i = 0; i < 40; i++) {
      sizes.add(random.nextInt(300_000));
    }
    var calls = new ArrayList<Future<Void>>();
    int asked = 0;
    for (int size : sizes) {
      // More answers than this may wait only at a peer that reads; what is more is refused.
      if (asked + size > MeshLimits.OUTBOX_MAX_BYTES - MeshLimits.OUTBOX_RESERVE_BYTES) {
        await(Future.join(calls));
        asked = 0;
      }
      asked += size;
      var word = new Word(text(random, Math.max(0, size - envelope)));
      var options = CallOptions.DEFAULT.withTimeout(LONG).withNode("two");
      calls.add(
          one.mesh()
              .exchange(REPEAT.name(), Kind.COMMAND, JsonCodec.encode(word), options)
              .map(
                  reply -> {
                    assertEquals(JsonCodec.encode(word), reply.body(), "of " + size);
                    return null;
                  }));
    }
    await(Future.join(calls));
  }

  @Test
  void aBodyOverTheLimitIsRefusedWithValueAndLimitAndTheOthersGoOn() throws Exception {
    var options = CallOptions.DEFAULT.withNode("two");
    var tooLarge = Buffer.buffer(new byte[MeshLimits.BODY_MAX_BYTES + 1]);

    var failure = watch(one.mesh().exchange(ECHO.name(), Kind.QUERY, tooLarge, options)).felt();

    assertEquals("body of 4194305 bytes (limit: 4194304)", failure.failure().getMessage());
    assertEquals(HELLO, await(one.mesh().call(ECHO, HELLO, options)));
  }

  /** What is left of them is swept away every ten seconds, which is waited for once. */
  @Test
  void cutsInTheMiddleOfLargeBodiesAndAnswersLeaveNothingBehind() throws Exception {
    for (int i = 0; i < 5; i++) {
      settle();
      two.wire().stall();
      var call = attempt(KEEP, word(4_000_000), "two");
      eventually(() -> waitingBytes() > 0);
      two.wire().cut();
      two.wire().flow();

      var failure = call.felt().failure();
      assertTrue(failure instanceof Unknown || failure instanceof NotSent, failure.toString());
    }
    for (int i = 0; i < 5; i++) {
      settle();
      var call = attempt(KEEP, HELLO, "two");
      var kept = KEPT.next();
      one.wire().stall();
      kept.answer().complete(word(4_000_000));
      eventually(
          () -> two.look("one", lane -> lane.outbox().bytes()).stream().anyMatch(b -> b > 0));
      long since = System.nanoTime();
      one.wire().cut();
      one.wire().flow();

      call.failed(Unknown.class, since, MeshLimits.RESET_INTERVAL.plus(AT_ONCE));
    }

    nothingIsLeft();
    assertEquals(0, KEPT.waiting());
  }

  private static void nothingIsLeft() {
    for (var peers : List.of(List.of(one, two), List.of(two, one))) {
      try {
        eventually(() -> !peers.get(0).look(peers.get(1).name(), PeerLane::idle).contains(false));
      } catch (AssertionError e) {
        throw new AssertionError(
            "left: " + peers.get(0).look(peers.get(1).name(), PeerLane::toString), e);
      }
    }
  }

  private static long waitingBytes() {
    return one.look("two", lane -> lane.outbox().bytes()).stream()
        .mapToLong(Long::longValue)
        .max()
        .orElse(0);
  }

  private static void settle() {
    for (var name : List.of("two", "three")) {
      eventually(
          () -> {
            try {
              var options = CallOptions.DEFAULT.withNode(name);
              return await(one.mesh().call(ECHO, HELLO, options)).equals(HELLO);
            } catch (Exception e) {
              return false;
            }
          });
    }
  }

  private static Watched<?> attempt(Operation<Word, Word> operation, Word word, String node) {
    var endpoint = one.found(operation.name(), node);
    return watch(one.attempt(endpoint, one.request(operation, word, LONG, Cancellation.NEVER)));
  }

  private static Word word(int chars) {
    return new Word("x".repeat(chars));
  }

  private static String text(SplittableRandom random, int length) {
    var text = new StringBuilder(length);
    for (int i = 0; i < length; i++) {
      text.append((char) ('a' + random.nextInt(26)));
    }
    return text.toString();
  }

  /**
   * Makes small calls one after the other, at least {@link #SMALL_CALLS}, and returns how long each
   * took, sorted.
   */
  private static List<Long> smallCallsMicros(BooleanSupplier enough) throws Exception {
    var options = CallOptions.DEFAULT.withTimeout(LONG).withNode("two");
    var micros = new ArrayList<Long>();
    while (micros.size() < SMALL_CALLS || !enough.getAsBoolean()) {
      long start = System.nanoTime();
      await(one.mesh().call(ECHO, HELLO, options));
      micros.add((System.nanoTime() - start) / 1_000);
    }
    Collections.sort(micros);
    return micros;
  }

  private static long percentile(List<Long> sorted, int percent) {
    return sorted.get(Math.min(sorted.size() - 1, sorted.size() * percent / 100));
  }

  /**
   * Large bodies, one after the other, as bytes: nothing is spent on reading them at the caller.
   */
  private static final class Transfers {
    private final Buffer body = JsonCodec.encode(word(4_000_000));
    private final Promise<Void> ended = Promise.promise();
    private volatile boolean stopped;
    private volatile int done;
    private int running;

    synchronized void next() {
      running++;
      var options = CallOptions.DEFAULT.withTimeout(LONG).withNode("two");
      one.mesh().exchange(REPEAT.name(), Kind.COMMAND, body, options).onComplete(this::finished);
    }

    private synchronized void finished(Object reply, Throwable failure) {
      running--;
      if (failure != null) {
        ended.tryFail(failure);
      } else {
        done = done + 1;
        if (!stopped) {
          next();
        } else if (running == 0) {
          ended.tryComplete();
        }
      }
    }

    void stop() throws Exception {
      stopped = true;
      await(ended.future());
    }
  }
}
