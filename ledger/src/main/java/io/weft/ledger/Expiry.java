package io.weft.ledger;

import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.weft.mesh.time.Time;
import io.weft.mesh.time.Timers;
import java.time.Duration;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Forgets what is past its age in the schema of a service, in bounded batches, again and again
 * until stopped.
 *
 * <p>To be started and stopped on one context.
 */
public final class Expiry {
  private static final Logger LOG = LoggerFactory.getLogger(Expiry.class);

  private final String what;
  private final Database database;
  private final Time time;
  private final Function<SqlConnection, Future<Integer>> batch;
  private final int batchRows;
  private Timers.Handle next = () -> {};
  private boolean stopped;

  /**
   * Creates the task.
   *
   * @param what is forgotten, for the log
   * @param batch forgets one batch, in a transaction, and tells how many rows that were
   * @param batchRows how many rows show that there may be more
   */
  public Expiry(
      String what,
      Database database,
      Time time,
      Function<SqlConnection, Future<Integer>> batch,
      int batchRows) {
    this.what = what;
    this.database = database;
    this.time = time;
    this.batch = batch;
    this.batchRows = batchRows;
  }

  /** Creates the task that forgets the answers to commands in the inbox of a service. */
  public static Expiry ofInbox(Database database, Time time) {
    return new Expiry(
        "answers to commands",
        database,
        time,
        connection -> Inbox.expire(connection, LedgerLimits.INBOX_KEPT),
        LedgerLimits.INBOX_EXPIRED_PER_BATCH);
  }

  /** Starts; the first batch comes after one interval. */
  public void start() {
    if (!stopped) {
      // Jitter, so that the instances of a cluster do not come at once.
      double share = 0.5 + time.rng().nextDouble();
      long millis = (long) (LedgerLimits.EXPIRY_INTERVAL.toMillis() * share);
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
        .onFailure(e -> LOG.warn("old {} were not removed: {}", what, e.getMessage()))
        .onComplete(done -> start());
  }

  private Future<Void> batches() {
    return database
        .withTransaction(batch)
        .compose(removed -> removed < batchRows || stopped ? Future.succeededFuture() : batches());
  }
}
