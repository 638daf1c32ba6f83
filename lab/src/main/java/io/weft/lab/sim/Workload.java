package io.weft.lab.sim;

import io.vertx.core.buffer.Buffer;
import io.weft.mesh.Cancellation;
import io.weft.mesh.Deadline;
import io.weft.mesh.Operation;
import io.weft.mesh.Origin;
import io.weft.mesh.Payload;
import io.weft.mesh.Priority;
import io.weft.mesh.Request;
import io.weft.mesh.RetryCredit;
import io.weft.mesh.TraceContext;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The calls of a world: each process makes its share, at random, without waiting for answers. */
final class Workload {
  private static final Payload BODY = Payload.of(Buffer.buffer("{}"));

  /** Deadlines are drawn between these. */
  private static final int DEADLINE_MIN_MS = 100;

  private static final int DEADLINE_MAX_MS = 2_000;

  /** One call in so many is given up by its caller. */
  private static final int CANCELLED_ONE_IN = 20;

  private static final int CANCELLED_WITHIN_MS = 50;

  /** Different values of the attribute that consistent hashing goes by. */
  private static final int CLIENTS = 500;

  private static final List<Priority> PRIORITIES = List.of(Priority.values());

  private final World world;
  private double factor = 1;
  private boolean over;
  private long made;

  Workload(World world) {
    this.world = world;
  }

  /** Makes so many times as many calls from now on. */
  void factor(double times) {
    factor = times;
  }

  /** Makes no more calls. */
  void end() {
    over = true;
  }

  /** Lets a process make its share of the calls, for as long as it lives. */
  void begin(Incarnation process) {
    double meanNanos = 1e9 * world.calling() / (world.settings().callsPerSecond() * factor);
    var gap = Duration.ofNanos((long) (-Math.log(1 - process.rng().nextDouble()) * meanNanos));
    process
        .time()
        .timers()
        .after(
            gap,
            () -> {
              if (!over) {
                call(process);
                begin(process);
              }
            });
  }

  private void call(Incarnation process) {
    var rng = process.rng();
    long id = ++made;
    var kind = rng.nextInt(3) == 0 ? Operation.Kind.COMMAND : Operation.Kind.QUERY;
    var key = kind == Operation.Kind.COMMAND ? "key-" + id : "";
    int timeoutMillis = DEADLINE_MIN_MS + rng.nextInt(DEADLINE_MAX_MS - DEADLINE_MIN_MS);
    var deadline = Deadline.after(process.time().ticker(), Duration.ofMillis(timeoutMillis));
    var cancellation = cancellation(process);
    var policy = world.parts().policy(world.settings());
    var request =
        new Request(
            World.OPERATIONS.get(kind == Operation.Kind.COMMAND ? 1 : 0),
            kind,
            BODY,
            deadline,
            key,
            new Origin(
                new TraceContext(1, id, id, (byte) 0),
                process.node().id(),
                PRIORITIES.get(rng.nextInt(PRIORITIES.size())),
                Map.of(Settings.HASHED, "client-" + rng.nextInt(CLIENTS)),
                new RetryCredit(policy.retries().attemptsMax() - 1),
                false),
            null,
            cancellation,
            policy);
    process.call(new SimCall(id, process, kind, key, deadline, cancellation), request);
  }

  private Cancellation cancellation(Incarnation process) {
    if (process.rng().nextInt(CANCELLED_ONE_IN) > 0) {
      return Cancellation.NEVER;
    }
    var cancellation = new Cancellation();
    var wait = Duration.ofMillis(process.rng().nextInt(CANCELLED_WITHIN_MS));
    process.time().timers().after(wait, cancellation::cancel);
    return cancellation;
  }
}
