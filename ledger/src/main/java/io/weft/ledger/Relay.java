package io.weft.ledger;

import io.vertx.core.Context;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import io.weft.mesh.time.Time;
import io.weft.mesh.time.Timers;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves the events of a service from the outbox into the log, in the order of their positions,
 * which have no gaps because one relay at a time gives them out.
 *
 * <p>Every node that has the service open relays, whoever wrote the events. A batch is one call of
 * {@code relay_sized_events}, so it happens whole or not at all, and may be asked for again
 * whatever became of its answer. {@link #wake} is for any thread; the rest for the context of the
 * line.
 */
final class Relay {
  private static final Logger LOG = LoggerFactory.getLogger(Relay.class);
  private static final String RELAY = "select had_turn, moved from relay_sized_events($1, $2, $3)";

  private final Context context;
  private final EventLine line;
  private final Database database;
  private final Time time;
  private final String channel;
  private final AtomicBoolean woken = new AtomicBoolean();
  private Timers.Handle next = () -> {};
  private int rows = LedgerLimits.RELAY_ROWS_MAX;
  private int movedSinceVacuum;
  private boolean busy;
  private boolean vacuuming;
  private boolean stopped;

  Relay(Context context, EventLine line, Database database, Time time, String channel) {
    this.context = context;
    this.line = line;
    this.database = database;
    this.time = time;
    this.channel = channel;
  }

  /** Says that events have been committed; once is enough for many. From any thread. */
  void wake() {
    if (!woken.getAndSet(true)) {
      context.runOnContext(here -> run());
    }
  }

  /** Stops; a batch on its way is finished. */
  void stop() {
    stopped = true;
    next.cancel();
  }

  private void run() {
    if (busy || stopped) {
      return;
    }
    busy = true;
    next.cancel();
    // Before the batch: what is committed from here on wakes it again.
    woken.set(false);
    line.ask(RELAY, Tuple.of(rows, (long) LedgerLimits.RELAY_BYTES_MAX, channel))
        .onComplete(
            (answer, failure) -> {
              if (failure == null) {
                relayed(answer.iterator().next());
              } else {
                failed(failure);
              }
            });
  }

  private void relayed(Row answer) {
    int asked = rows;
    rows = Math.min(LedgerLimits.RELAY_ROWS_MAX, rows * 2);
    int moved = answer.getInteger("moved");
    movedSinceVacuum += moved;
    if (movedSinceVacuum >= LedgerLimits.OUTBOX_VACUUM_ROWS) {
      vacuum();
    }
    if (moved == asked) {
      goAgain();
    } else if (moved > 0 || woken.get() || !answer.getBoolean("had_turn")) {
      // Where one event is, more follow, and a batch of many costs little more than one of few. And
      // another relay may have looked before our last event was committed.
      later(LedgerLimits.RELAY_PAUSE, this::goAgain);
    } else {
      idle();
    }
  }

  private void goAgain() {
    busy = false;
    run();
  }

  private void idle() {
    busy = false;
    later(LedgerLimits.EVENTS_POLL, this::run);
  }

  /** A batch that is too much for the server's time gets smaller until it is not. */
  private void failed(Throwable failure) {
    LOG.debug("events of {} were not relayed: {}", channel, failure.getMessage());
    rows = Math.max(1, rows / 2);
    idle();
  }

  private void later(Duration most, Runnable then) {
    if (!stopped) {
      // Jitter, so that the relays of a cluster do not come at once.
      long nanos = (long) (most.toNanos() * (0.5 + time.rng().nextDouble() / 2));
      next = time.timers().after(Duration.ofNanos(nanos), then);
    }
  }

  /**
   * Makes the room of moved rows free again. The server's own vacuum comes once a minute, when
   * hundreds of thousands of them may lie between an index's beginning and the first that waits.
   */
  private void vacuum() {
    if (vacuuming) {
      return;
    }
    vacuuming = true;
    movedSinceVacuum = 0;
    database
        .withConnection(c -> c.query("vacuum (skip_locked, truncate false) outbox").execute())
        .onFailure(e -> LOG.debug("the outbox of {} was not vacuumed", channel, e))
        .onComplete(done -> vacuuming = false);
  }
}
