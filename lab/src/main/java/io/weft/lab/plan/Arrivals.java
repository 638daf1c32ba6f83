package io.weft.lab.plan;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.weft.mesh.CallOptions;
import io.weft.mesh.Mesh;
import io.weft.mesh.time.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Calls that come by chance at a mean rate, whether or not those before them were answered; each is
 * counted from when it was due. For one event loop.
 */
final class Arrivals {
  private static final double NANOS_PER_SECOND = 1e9;

  private final Mesh mesh;
  private final Time time;
  private final double perSecond;
  private final long fromNanos;
  private final long untilNanos;
  private final List<Long> nanos = new ArrayList<>();
  private final Promise<Answers> done = Promise.promise();
  private double dueNanos;
  private int begun;
  private int open;
  private int failed;

  /**
   * What became of the calls.
   *
   * @param perSecond how many came per second
   * @param meanSeconds how long they took on average
   * @param p99Seconds 99 % of them took no longer
   * @param calls how many there were
   * @param failed how many of them failed
   */
  record Answers(double perSecond, double meanSeconds, double p99Seconds, int calls, int failed) {}

  private Arrivals(Mesh mesh, Time time, double perSecond, Duration measured) {
    this.mesh = mesh;
    this.time = time;
    this.perSecond = perSecond;
    dueNanos = time.ticker().nanos();
    fromNanos = time.ticker().nanos() + PlanLimits.WARM_UP.toNanos();
    untilNanos = fromNanos + measured.toNanos();
  }

  /** Lets calls come for a while; those of the warm-up do not count. */
  static Future<Answers> run(Mesh mesh, Time time, double perSecond, Duration measured) {
    var arrivals = new Arrivals(mesh, time, perSecond, measured);
    arrivals.tick();
    return arrivals.done.future();
  }

  private void tick() {
    long now = time.ticker().nanos();
    while (dueNanos <= now && dueNanos < untilNanos) {
      call((long) dueNanos);
      dueNanos -= Math.log(1 - time.rng().nextDouble()) / perSecond * NANOS_PER_SECOND;
    }
    if (dueNanos < untilNanos) {
      time.timers().after(PlanLimits.TICK, this::tick);
    } else {
      end();
    }
  }

  private void call(long atNanos) {
    open++;
    mesh.call(Work.DO, new Work.Task(begun++), CallOptions.DEFAULT.withTimeout(PlanLimits.TIMEOUT))
        .onComplete(
            (answer, failure) -> {
              open--;
              if (atNanos >= fromNanos) {
                nanos.add(time.ticker().nanos() - atNanos);
                failed += failure == null ? 0 : 1;
              }
              end();
            });
  }

  private void end() {
    if (open > 0 || dueNanos < untilNanos || nanos.isEmpty()) {
      return;
    }
    Collections.sort(nanos);
    double sum = 0;
    for (long each : nanos) {
      sum += each;
    }
    int calls = nanos.size();
    done.tryComplete(
        new Answers(
            calls / ((untilNanos - fromNanos) / NANOS_PER_SECOND),
            sum / calls / NANOS_PER_SECOND,
            nanos.get((int) Math.ceil(0.99 * calls) - 1) / NANOS_PER_SECOND,
            calls,
            failed));
  }
}
