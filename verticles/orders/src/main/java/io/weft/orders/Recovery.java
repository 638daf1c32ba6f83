package io.weft.orders;

import io.vertx.core.Future;
import io.weft.mesh.CallOptions;
import io.weft.mesh.time.Time;
import io.weft.mesh.time.Timers;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for orders that nobody brings to their end, and does, again and again until stopped.
 *
 * <p>For one context: the verticle's own.
 */
final class Recovery {
  private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

  private final OrderStore store;
  private final OrderSaga saga;
  private final Time time;
  private Timers.Handle next = () -> {};
  private boolean stopped;

  Recovery(OrderStore store, OrderSaga saga, Time time) {
    this.store = store;
    this.saga = saga;
    this.time = time;
  }

  /** Starts; the first look comes after one interval, more or less. */
  void start() {
    if (!stopped) {
      // Jitter, so that the instances of a cluster do not look at the same time.
      double share = 0.5 + time.rng().nextDouble();
      long millis = (long) (OrdersLimits.RECOVERY_INTERVAL.toMillis() * share);
      next = time.timers().after(Duration.ofMillis(millis), this::look);
    }
  }

  /** Stops; what is being driven goes on. */
  void stop() {
    stopped = true;
    next.cancel();
  }

  private void look() {
    store
        .claimDue(OrdersLimits.RECOVERY_BATCH)
        .onFailure(e -> LOG.debug("cannot look for unfinished orders: {}", e.getMessage()))
        .compose(this::drive)
        .onComplete(
            done -> {
              if (done.succeeded() && done.result() == OrdersLimits.RECOVERY_BATCH && !stopped) {
                look(); // There may be more.
              } else {
                start();
              }
            });
  }

  private Future<Integer> drive(List<Work> works) {
    // What fails has said so, and is left for later.
    return Future.join(works.stream().map(work -> saga.drive(work, CallOptions.DEFAULT)).toList())
        .transform(done -> Future.succeededFuture(works.size()));
  }
}
