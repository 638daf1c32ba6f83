package io.weft.ledger;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.time.Time;
import io.weft.mesh.time.Timers;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection of one service and node that events travel on: it hears of new ones, and is apart
 * from the pool, so that events get on while all of that is busy.
 *
 * <p>It is made anew when it is lost. One that leads to nowhere is noticed by the first question
 * that is not answered within {@link LedgerLimits#EVENT_LINE_TIMEOUT}, and whoever uses it asks
 * every {@link LedgerLimits#EVENTS_POLL}. All of it on one context.
 */
final class EventLine {
  private static final Logger LOG = LoggerFactory.getLogger(EventLine.class);

  private final Context context;
  private final Database database;
  private final Time time;
  private final String channel;
  private Runnable opened = () -> {};
  private Runnable heard = () -> {};
  private @Nullable PgConnection connection;
  private Timers.Handle next = () -> {};
  private boolean closed;

  EventLine(Context context, Database database, Time time, String channel) {
    this.context = context;
    this.database = database;
    this.time = time;
    this.channel = channel;
  }

  /**
   * Opens the line, again and again until it is there.
   *
   * @param opened called each time that it is there
   * @param heard called when there are new events
   */
  void open(Runnable opened, Runnable heard) {
    this.opened = opened;
    this.heard = heard;
    connect();
  }

  /** Asks one statement, which is a transaction by itself and may be repeated. */
  Future<RowSet<Row>> ask(String sql, Tuple values) {
    PgConnection on = connection;
    if (on == null) {
      return Future.failedFuture(
          DatabaseFailures.unavailable("the connection for events is being made"));
    }
    Promise<RowSet<Row>> answer = Promise.promise();
    var patience =
        time.timers()
            .after(
                LedgerLimits.EVENT_LINE_TIMEOUT,
                () -> {
                  if (answer.tryFail(
                      DatabaseFailures.unavailable("the database did not answer in time"))) {
                    lost(on);
                  }
                });
    on.preparedQuery(sql)
        .execute(values)
        .onComplete(
            (rows, failure) -> {
              patience.cancel();
              if (failure == null) {
                answer.tryComplete(rows);
              } else {
                answer.tryFail(DatabaseFailures.beforeCommit(failure));
              }
            });
    return answer.future();
  }

  /** Closes the line for good. */
  Future<Void> close() {
    closed = true;
    next.cancel();
    PgConnection last = connection;
    connection = null;
    return last == null ? Future.succeededFuture() : last.close();
  }

  private void connect() {
    Promise<PgConnection> listening = Promise.promise();
    var patience =
        time.timers()
            .after(
                LedgerLimits.EVENT_LINE_TIMEOUT,
                () -> listening.tryFail(new MeshFailure.NotSent("no answer in time")));
    database
        .connectApart()
        .compose(this::listen)
        .onComplete(
            (made, failure) -> {
              if (failure != null) {
                listening.tryFail(failure);
              } else if (!listening.tryComplete(made)) {
                close(made); // Too late: another is being made.
              }
            });
    listening
        .future()
        .onComplete(
            (made, failure) -> {
              patience.cancel();
              if (failure != null) {
                LOG.debug("no connection for events of {}: {}", channel, failure.getMessage());
                connectLater();
              } else if (closed) {
                close(made);
              } else {
                connection = made;
                opened.run();
              }
            });
  }

  private Future<PgConnection> listen(PgConnection made) {
    made.notificationHandler(told -> context.runOnContext(here -> heard.run()));
    made.exceptionHandler(e -> LOG.debug("the connection for events of {} failed", channel, e));
    made.closeHandler(gone -> context.runOnContext(here -> lost(made)));
    return made.query("listen \"" + channel + "\"")
        .execute()
        .map(made)
        .onFailure(failure -> close(made));
  }

  private static void close(PgConnection useless) {
    useless.close().onFailure(e -> LOG.debug("closing a connection for events", e));
  }

  private void lost(PgConnection gone) {
    if (connection == gone) {
      LOG.info("the connection for events of {} was lost; it is made anew", channel);
      connection = null;
      // What still waits for an answer fails with it.
      close(gone);
      connectLater();
    }
  }

  private void connectLater() {
    if (!closed) {
      next = time.timers().after(LedgerLimits.EVENT_LINE_INTERVAL, this::connect);
    }
  }
}
