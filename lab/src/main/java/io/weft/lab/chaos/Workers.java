package io.weft.lab.chaos;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.weft.mesh.time.Timers;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * A backend that does a few things at a time, each of which takes the same time, and in which the
 * others wait: a connection pool. How many wait is bounded by who admits them. For one event loop.
 */
final class Workers {
  private final Timers timers;
  private final Queue<Promise<Void>> waiting = new ArrayDeque<>();
  private int busy;

  Workers(Timers timers) {
    this.timers = timers;
  }

  /** Completes when one of the workers has done this piece of work. */
  Future<Void> work() {
    Promise<Void> done = Promise.promise();
    if (busy < ChaosLimits.WORKERS) {
      busy++;
      begin(done);
    } else {
      waiting.add(done);
    }
    return done.future();
  }

  private void begin(Promise<Void> done) {
    timers.after(
        ChaosLimits.WORK,
        () -> {
          done.complete();
          var next = waiting.poll();
          if (next == null) {
            busy--;
          } else {
            begin(next);
          }
        });
  }
}
