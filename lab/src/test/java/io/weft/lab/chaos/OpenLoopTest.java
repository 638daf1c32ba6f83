package io.weft.lab.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.weft.mesh.MeshFailure.Rejected;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.time.Time;
import io.weft.mesh.time.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A load that does not wait for answers. */
class OpenLoopTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final VirtualTime time = new VirtualTime(1);
  private long stalledNanos;
  private final List<Promise<String>> asked = new ArrayList<>();

  @Test
  void callsBeginWhenTheyAreDueThoughNoneIsAnswered() {
    start(number -> silence());

    time.advance(SECOND);

    assertAbout(100, asked.size());
  }

  @Test
  void latencyIncludesWhatACallerThatStoodStillWasLate() {
    var load = start(number -> Future.succeededFuture());
    time.advance(SECOND);

    // The clock went on, and no timer ran meanwhile.
    stalledNanos = Duration.ofMillis(500).toNanos();
    time.advance(SECOND);
    var tally = load.end();

    // The first call that was due in the stall waited for nearly all of it.
    assertEquals(500.0, tally.p99Millis(SECOND.toNanos(), 2 * SECOND.toNanos()), 20.0);
    assertAbout(250, tally.ok());
  }

  @Test
  void whatEndsLateCountsForTheTimeInWhichItBegan() {
    var load = start(number -> silence());
    time.advance(SECOND);
    var tally = load.end();

    asked.forEach(each -> each.complete("late"));

    assertEquals(asked.size(), tally.ok());
    assertEquals(1_000.0, tally.p99Millis(0, SECOND.toNanos()), 30.0);
  }

  @Test
  void failuresAreCountedAndTheLoadGoesOn() {
    var full = new Rejected(Rejected.Reason.OVERLOADED, "full", MeshLimits.RETRY_AFTER);
    var load = start(number -> number % 2 == 0 ? Future.failedFuture(full) : silence());

    time.advance(SECOND);

    assertAbout(50, load.tally().failures().getOrDefault("Rejected", 0L));
    assertAbout(50, asked.size());
  }

  @Test
  void noCallBeginsAfterTheEnd() {
    var load = start(number -> silence());
    time.advance(SECOND);
    load.end();
    int before = asked.size();

    time.advance(SECOND);

    assertEquals(before, asked.size());
    assertEquals(0, time.pending());
  }

  private OpenLoop start(OpenLoop.Sender sender) {
    return OpenLoop.start(
        Runnable::run,
        new Time(() -> time.nanos() + stalledNanos, time, time.time().rng(), time),
        100,
        sender);
  }

  /** A call that is due at the very end may or may not have begun. */
  private static void assertAbout(long expected, long actual) {
    assertTrue(Math.abs(expected - actual) <= 2, actual + " (expected: about " + expected + ")");
  }

  private Future<String> silence() {
    Promise<String> promise = Promise.promise();
    asked.add(promise);
    return promise.future();
  }
}
