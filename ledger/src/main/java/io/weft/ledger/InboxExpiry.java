package io.weft.ledger;

import io.vertx.core.Future;
import io.weft.mesh.time.Time;
import io.weft.mesh.time.Timers;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Forgets the answers to commands once they are past their age, again and again until stopped.
 *
 * <p>To be started and stopped on one context.
 */
public final class InboxExpiry {
  private static final Logger LOG = LoggerFactory.getLogger(InboxExpiry.class);

  private final Database database;
  private final Time time;
  private Timers.Handle next = () -> {};
  private boolean stopped;

  /** Creates the task for the inbox of a service. */
  public InboxExpiry(Database database, Time time) {
    this.database = database;
    this.time = time;
  }

  /** Starts; the first batch comes after one interval. */
  public void start() {
    if (!stopped) {
      // Jitter, so that the instances of a cluster do not come at once.
      double share = 0.5 + time.rng().nextDouble();
      long millis = (long) (LedgerLimits.INBOX_EXPIRY_INTERVAL.toMillis() * share);
      next = time.timers().after(Duration.ofMillis(millis), this::run);
    }
  }

  /** Stops; a batch on its way is finished. */
  public void stop() {
    stopped = true;
    next.cancel();
  }

  private void run() {
    batches()
        .onFailure(e -> LOG.warn("old answers to commands were not removed: {}", e.getMessage()))
        .onComplete(done -> start());
  }

  private Future<Void> batches() {
    return database
        .withTransaction(connection -> Inbox.expire(connection, LedgerLimits.INBOX_KEPT))
        .compose(
            removed ->
                removed < LedgerLimits.INBOX_EXPIRED_PER_BATCH || stopped
                    ? Future.succeededFuture()
                    : batches());
  }
}
