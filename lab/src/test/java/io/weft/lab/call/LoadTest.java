package io.weft.lab.call;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.weft.lab.Said;
import io.weft.lab.Say;
import io.weft.mesh.time.VirtualTime;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.Test;

/** A closed loop against a client of one thread, whose every call takes one millisecond. */
class LoadTest {
  private static final Duration TICK = Duration.ofMillis(1);
  private static final Duration LONG = Duration.ofSeconds(30);

  private final VirtualTime time = new VirtualTime(1);
  private final Scripted client = new Scripted();

  @Test
  void soManyCallsAreOutstandingAtATimeAndNeverMore() {
    run(7, Duration.ofMillis(100));

    assertEquals(7, client.mostOutstanding);
  }

  @Test
  void throughputAndLatencyAreThoseOfTheClock() {
    var measure = run(4, Duration.ofMillis(100));

    assertEquals(4_000, measure.rps(), 1);
    assertEquals(1_000, measure.p50Micros(), 1);
    assertEquals(1_000, measure.p999Micros(), 1);
    assertEquals(0, measure.errors());
  }

  @Test
  void aCallAnsweredAfterTheTimeIsUpCountsForLatencyOnly() {
    client.stallAt = 50;
    client.stall = Duration.ofMillis(500);

    var measure = run(1, Duration.ofMillis(100));

    assertEquals(490, measure.rps(), 1);
    assertEquals(50, measure.answered());
    assertEquals(501_000, measure.p999Micros(), 1_000);
  }

  @Test
  void aFailedCallIsCountedAndTheNextOneIsMade() {
    client.failEvery = 10;

    var measure = run(1, Duration.ofMillis(100));

    assertEquals(10, measure.errors());
    assertEquals(90, measure.answered());
    assertEquals("java.lang.IllegalStateException: no", measure.firstError());
  }

  @Test
  void callsThatFailBeforeTheyReturnEndTheLoopInsteadOfTheStack() {
    client.failAtOnce = true;

    var measure = run(2, Duration.ofMillis(100));

    assertEquals(CallLimits.ERRORS_MAX, measure.errors());
    assertEquals(0, measure.answered());
    assertEquals(0, measure.p99Micros());
  }

  @Test
  void theReplyToAnotherCallIsAnError() {
    client.wrongNumberAt = 3;

    var measure = run(1, Duration.ofMillis(10));

    assertEquals(1, measure.errors());
    assertEquals("the reply to another call", measure.firstError());
  }

  @Test
  void callsThatAreNeverAnsweredAreErrorsAndDoNotHoldUpTheEnd() {
    client.silent = true;
    var measured = new Load(client, time, 3, Duration.ofMillis(10), TICK).run();
    client.drain();

    var measure = measured.join();

    assertEquals(3, measure.errors());
    assertEquals("3 calls without an answer", measure.firstError());
  }

  private Measure run(int concurrency, Duration duration) {
    var measured = new Load(client, time, concurrency, duration, LONG).run();
    client.drain();
    assertFalse(measured.isCompletedExceptionally());
    return measured.getNow(null);
  }

  /** Replies in order, from one queue; each turn of the queue with replies in it takes a tick. */
  private final class Scripted implements EchoClient {
    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private final Deque<Runnable> replies = new ArrayDeque<>();
    private int mostOutstanding;
    private int calls;
    private int failEvery = Integer.MAX_VALUE;
    private int stallAt;
    private int wrongNumberAt;
    private Duration stall = Duration.ZERO;
    private boolean failAtOnce;
    private boolean silent;

    @Override
    public Future<Void> connect(JsonObject address) {
      return Future.succeededFuture();
    }

    @Override
    public void call(Say request, Done done) {
      int call = ++calls;
      if (failAtOnce) {
        done.done(null, new IllegalStateException("no"));
        return;
      }
      if (silent) {
        return;
      }
      replies.add(() -> reply(call, request, done));
      mostOutstanding = Math.max(mostOutstanding, replies.size());
    }

    private void reply(int call, Say request, Done done) {
      if (call == stallAt) {
        time.advance(stall);
      }
      if (call % failEvery == 0) {
        done.done(null, new IllegalStateException("no"));
      } else {
        done.done(Said.to(call == wrongNumberAt ? Say.numbered(-1) : request), null);
      }
    }

    @Override
    public void execute(Runnable task) {
      tasks.add(task);
    }

    void drain() {
      while (!tasks.isEmpty() || !replies.isEmpty()) {
        if (!tasks.isEmpty()) {
          tasks.remove().run();
          continue;
        }
        time.advance(TICK);
        for (int due = replies.size(); due > 0; due--) {
          replies.remove().run();
        }
      }
    }
  }
}
