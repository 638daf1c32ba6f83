package io.weft.lab.plan;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.weft.mesh.Mesh;
import io.weft.mesh.Operation;
import io.weft.mesh.time.Time;
import java.time.Duration;

/** A service whose calls take a time drawn from an exponential distribution, and nothing else. */
final class Work extends VerticleBase {
  /** Takes its time. */
  static final Operation<Task, Task> DO = Operation.query("work.do", Task.class, Task.class);

  private static final double NANOS_PER_SECOND = 1e9;

  private final Mesh mesh;
  private final Time time;

  /** What is to be done, which is nothing in particular. */
  record Task(int number) {}

  Work(Mesh mesh, Time time) {
    this.mesh = mesh;
    this.time = time;
  }

  @Override
  public Future<?> start() {
    return mesh.serve(DO, this::take);
  }

  private Future<Task> take(Task task) {
    Promise<Task> done = Promise.promise();
    double seconds =
        -Math.log(1 - time.rng().nextDouble()) * PlanLimits.SERVICE.toNanos() / NANOS_PER_SECOND;
    time.timers()
        .after(Duration.ofNanos((long) (seconds * NANOS_PER_SECOND)), () -> done.complete(task));
    return done.future();
  }
}
