package io.weft.ledger;

import io.vertx.core.Future;
import io.weft.mesh.time.Time;
import io.weft.mesh.time.Timers;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drops the events of a service once they are past their age, or the oldest of too many bytes,
 * again and again until stopped.
 *
 * <p>A consumer that the service itself has is waited for, but not for ever: what it has not
 * applied is kept {@link LedgerLimits#EVENTS_KEPT_FOR_CONSUMERS} times as long, and as many bytes.
 * To be started and stopped on one context.
 */
final class EventRetention {
  private static final Logger LOG = LoggerFactory.getLogger(EventRetention.class);

  private final Database database;
  private final Time time;
  private final String service;
  private final EventBound kept;
  private Timers.Handle next = () -> {};
  private boolean stopped;

  EventRetention(Database database, Time time, String service, EventBound kept) {
    this.database = database;
    this.time = time;
    this.service = service;
    this.kept = kept;
  }

  /** Starts; the first batch comes after one interval. */
  void start() {
    if (!stopped) {
      // Jitter, so that the nodes of a cluster do not come at once.
      double share = 0.5 + time.rng().nextDouble();
      long millis = (long) (LedgerLimits.EVENTS_DROP_INTERVAL.toMillis() * share);
      next = time.timers().after(Duration.ofMillis(millis), this::run);
    }
  }

  /** Stops; a batch on its way is finished. */
  void stop() {
    stopped = true;
    next.cancel();
  }

  private void run() {
    drop()
        .onFailure(e -> LOG.warn("old events of {} were not dropped: {}", service, e.getMessage()))
        .onComplete(done -> start());
  }

  /** Drops all that is too old or too much now. */
  Future<Void> drop() {
    return batches(kept, service, 0)
        .compose(aged -> batches(kept.forConsumers(), null, 0))
        .onSuccess(
            missed -> {
              if (missed > 0) {
                LOG.error(
                    "{} events of {} were dropped that one of its consumers has not applied; it"
                        + " stops until its position is set anew",
                    missed,
                    service);
              }
            })
        .mapEmpty();
  }

  private Future<Long> batches(EventBound bound, @Nullable String waitingFor, long before) {
    return database
        .withTransaction(
            connection -> EventLog.drop(connection, bound.age(), bound.bytes(), waitingFor))
        .compose(
            dropped -> {
              long all = before + dropped;
              return dropped < LedgerLimits.EVENTS_DROPPED_PER_BATCH || stopped
                  ? Future.succeededFuture(all)
                  : batches(bound, waitingFor, all);
            });
  }
}
