package io.weft.mesh.server;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.weft.mesh.Cancellation;
import io.weft.mesh.Deadline;
import io.weft.mesh.Operation.Kind;
import io.weft.mesh.Origin;
import io.weft.mesh.Payload;
import io.weft.mesh.Priority;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.RetryCredit;
import io.weft.mesh.Step;
import io.weft.mesh.TraceContext;
import io.weft.mesh.policy.Policies;
import io.weft.mesh.policy.Policy;
import io.weft.mesh.telemetry.Telemetry;
import io.weft.mesh.time.VirtualTime;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

/**
 * An instance under load that does not slow down when it does, in virtual time: what it works on
 * has so many places, and whoever comes when all are taken waits there.
 */
class OverloadTest {
  private static final Duration DEADLINE = Duration.ofSeconds(1);

  @Test
  void goodputHoldsAtTwiceAndFiveTimesWhatADatabaseWithEightConnectionsDoes() {
    holds(new World(8, running -> 20, 1), 400);
  }

  @Test
  void goodputHoldsWhereOneCallAtATimeIsWorkedOn() {
    holds(new World(1, running -> 5, 2), 200);
  }

  @Test
  void goodputHoldsWhereWorkIsSlow() {
    holds(new World(4, running -> 100, 3), 40);
  }

  @Test
  void goodputHoldsWhereMoreAtATimeMakesAllSlower() {
    holds(new World(16, running -> 20 * (1 + running / 100.0), 4), 600);
  }

  @Test
  void whatWaitsForADatabaseThatIsMerelySlowIsNotHeldBack() {
    var world = new World(1_000, running -> 100, 5);
    world.run(2_000, Duration.ofSeconds(5));
    var after = world.run(2_000, Duration.ofSeconds(10));
    assertTrue(after.goodPerSecond() > 0.98 * after.offeredPerSecond(), after::toString);
  }

  @Test
  void aDatabaseThatBecomesSlowIsNotTakenForOneThatIsOverloaded() {
    var world = new World(1_000, running -> 5, 6);
    world.run(800, Duration.ofSeconds(5));
    world.millis = running -> 150;
    world.run(800, Duration.ofSeconds(10));
    var after = world.run(800, Duration.ofSeconds(5));
    assertTrue(after.goodPerSecond() > 0.98 * after.offeredPerSecond(), after::toString);
  }

  private static void holds(World world, double capacity) {
    world.run(capacity * 0.5, Duration.ofSeconds(5));
    var peak = world.run(capacity * 0.95, Duration.ofSeconds(20)).goodPerSecond();
    for (double times : new double[] {2, 5}) {
      var loaded = world.run(capacity * times, Duration.ofSeconds(60));
      assertTrue(loaded.goodPerSecond() >= 0.8 * peak, times + "x: " + loaded + " of " + peak);
      world.run(capacity * 0.95, Duration.ofSeconds(5));
      var after = world.run(capacity * 0.95, Duration.ofSeconds(5));
      assertTrue(
          after.goodPerSecond() >= 0.95 * Math.min(peak, after.offeredPerSecond()),
          times + "x, after: " + after + " of " + peak);
    }
  }

  /** What came of the calls that began in a while. */
  private record Outcome(
      double offeredPerSecond, double goodPerSecond, int late, int refused, int limit) {}

  private static final class World {
    private final VirtualTime time;
    private final Admission admission;
    private final Step stack;
    private final ArrayDeque<Promise<Reply>> queue = new ArrayDeque<>();
    private final int places;
    private IntToDoubleFunction millis;
    private int busy;
    private int offered;
    private int good;
    private int late;
    private int refused;

    /**
     * Creates an idle world.
     *
     * @param places how many calls are worked on at a time
     * @param millis how long each takes, in the mean, by how many are there
     */
    World(int places, IntToDoubleFunction millis, long seed) {
      this.places = places;
      this.millis = millis;
      time = new VirtualTime(seed);
      admission = new Admission(time, "users", () -> Policies.DEFAULT);
      stack = ServerStack.of(Telemetry.NONE, time, admission, "users.get", this::handle);
    }

    Outcome run(double perSecond, Duration during) {
      offered = 0;
      good = 0;
      late = 0;
      refused = 0;
      long untilNanos = time.nanos() + during.toNanos();
      while (time.nanos() < untilNanos) {
        time.advance(exponential(1_000 / perSecond));
        arrive();
      }
      double seconds = during.toMillis() / 1_000.0;
      return new Outcome(offered / seconds, good / seconds, late, refused, admission.limit());
    }

    private void arrive() {
      offered++;
      var deadline = Deadline.after(time, DEADLINE);
      stack
          .take(request(deadline))
          .onComplete(
              answer -> {
                if (answer.failed()) {
                  refused++;
                } else if (deadline.expired()) {
                  late++;
                } else {
                  good++;
                }
              });
    }

    private Future<Reply> handle(Request request) {
      Promise<Reply> promise = Promise.promise();
      queue.add(promise);
      work();
      return promise.future();
    }

    private void work() {
      while (busy < places && !queue.isEmpty()) {
        var promise = queue.poll();
        busy++;
        time.after(
            exponential(millis.applyAsDouble(busy + queue.size())),
            () -> {
              busy--;
              promise.complete(Admitting.REPLY);
              work();
            });
      }
    }

    private Duration exponential(double meanMillis) {
      double drawn = -Math.log(1 - time.time().rng().nextDouble()) * meanMillis;
      return Duration.ofNanos((long) (drawn * 1e6));
    }

    private static Request request(Deadline deadline) {
      return new Request(
          "users.get",
          Kind.QUERY,
          Payload.of(Buffer.buffer("{}")),
          deadline,
          "",
          new Origin(TraceContext.NONE, "test", Priority.NORMAL, Map.of(), new RetryCredit()),
          null,
          new Cancellation(),
          Policy.DEFAULT);
    }
  }
}
