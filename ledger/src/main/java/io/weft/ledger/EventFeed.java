package io.weft.ledger;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import io.weft.mesh.Event;
import io.weft.mesh.EventQuery;
import io.weft.mesh.ItemStream;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.time.Time;
import io.weft.mesh.time.Timers;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The events of one service as one node gives them to any number of readers: the end of the log is
 * read once, whoever wants it, and only those who lag behind the recent events read for themselves.
 *
 * <p>{@link #open} is for any context; the rest happens on the context of the line, to which all
 * state belongs.
 */
final class EventFeed {
  private static final Logger LOG = LoggerFactory.getLogger(EventFeed.class);

  private final Vertx vertx;
  private final Context context;
  private final EventLine line;
  private final Database database;
  private final Time time;
  private final RecentEvents recent =
      new RecentEvents(LedgerLimits.RECENT_EVENTS_MAX, LedgerLimits.RECENT_EVENTS_MAX_BYTES);
  private final WaitingReaders waiting = new WaitingReaders();
  private final Deque<EventReader> lagging = new ArrayDeque<>();
  private Timers.Handle next = () -> {};
  private Promise<Void> looking = Promise.promise();
  private Promise<Void> lookingNext = Promise.promise();
  private boolean looks;
  private boolean looksAgain;
  private boolean begun;
  private boolean stopped;
  private long end;
  private int pages;
  private long pagesRead;

  EventFeed(Vertx vertx, Context context, EventLine line, Database database, Time time) {
    this.vertx = vertx;
    this.context = context;
    this.line = line;
    this.database = database;
    this.time = time;
  }

  /**
   * Opens a stream of events.
   *
   * @return fails with {@code event.position_unknown} for a position beyond the end of the log, and
   *     with {@code event.position_gone} for one after which events are no longer kept; the stream
   *     fails with the latter too when its reader is too slow for what is kept
   */
  Future<ItemStream<Event>> open(EventQuery query) {
    Promise<ItemStream<Event>> opened = Promise.promise();
    Context readers = vertx.getOrCreateContext();
    var stream = new EventStream(readers, context);
    context.runOnContext(
        here ->
            begin(new EventReader(query, stream))
                .onComplete(
                    (reader, failure) ->
                        readers.runOnContext(
                            there -> {
                              if (failure == null) {
                                stream.feed(() -> serve(reader), () -> leave(reader));
                                opened.complete(stream);
                              } else {
                                opened.fail(failure);
                              }
                            })));
    return opened.future();
  }

  /**
   * Looks for new events.
   *
   * @return completes when a look that began after this call has ended
   */
  Future<Void> look() {
    if (looks) {
      looksAgain = true;
      return lookingNext.future();
    }
    looks = true;
    next.cancel();
    // Kept first: a line that is not there answers at once.
    Future<Void> ended = looking.future();
    line.ask(
            EventLog.TAIL, Tuple.of(begun ? recent.last() : Long.MAX_VALUE, LedgerLimits.TAIL_ROWS))
        .map(this::take)
        .onComplete((all, failure) -> looked(failure == null && !all, failure));
    return ended;
  }

  long pagesRead() {
    return pagesRead;
  }

  int readersWaiting() {
    return waiting.size();
  }

  /** Stops looking. */
  void stop() {
    stopped = true;
    next.cancel();
  }

  private void looked(boolean more, @Nullable Throwable failure) {
    looks = false;
    var ended = looking;
    looking = lookingNext;
    lookingNext = Promise.promise();
    if (stopped) {
      ended.tryFail(DatabaseFailures.unavailable("the events are being closed"));
      looking.tryFail(DatabaseFailures.unavailable("the events are being closed"));
      return;
    }
    if (more || looksAgain) {
      looksAgain = false;
      look();
    } else {
      next = time.timers().after(LedgerLimits.EVENTS_POLL, this::look);
    }
    if (failure == null) {
      ended.complete();
    } else {
      ended.fail(failure);
    }
  }

  /** Takes in what a look found; returns whether that was all there is. */
  private boolean take(RowSet<Row> rows) {
    end = rows.iterator().next().getLong("last");
    if (!begun) {
      begun = true;
      // Those who come back after this node was started find their events in memory.
      restart(Math.max(0, end - LedgerLimits.RECENT_EVENTS_MAX));
      return recent.last() == end;
    }
    if (end < recent.last()) {
      LOG.error(
          "the log ends at {} and has been read to {}: it was set back, as by a restored backup",
          end,
          recent.last());
      restart(end);
      return true;
    }
    List<Event> events = EventLog.events(rows);
    long follows = events.isEmpty() ? end : events.get(0).position() - 1;
    if (follows > recent.last()) {
      // What lies between was dropped, as it was too old; who still waits for it is told.
      restart(follows);
    }
    events.forEach(recent::add);
    waiting.take(events).forEach(this::serve);
    return events.size() < LedgerLimits.TAIL_ROWS;
  }

  private void restart(long after) {
    recent.restart(after);
    waiting.takeAll().forEach(this::serve);
  }

  private Future<EventReader> begin(EventReader reader) {
    Long after = reader.query().after();
    if (after != null && after < 0) {
      return Future.failedFuture(
          new MeshFailure.Application(
              "request.invalid", "after: " + after + " (expected: >= 0)", "/after"));
    }
    // Another node may be ahead of this one: before a position is unknown, one has to look.
    boolean behind = !begun || (after != null && after > end);
    return (behind ? look() : Future.<Void>succeededFuture())
        .compose(looked -> after == null ? fromNow(reader) : from(reader, after));
  }

  private Future<EventReader> fromNow(EventReader reader) {
    reader.startAfter(end);
    return Future.succeededFuture(reader);
  }

  private Future<EventReader> from(EventReader reader, long after) {
    if (after > end) {
      return Future.failedFuture(unknown(after));
    }
    if (after == 0) {
      reader.startAtFirst();
      return Future.succeededFuture(reader);
    }
    reader.startAfter(after);
    return recent.follow(after) && after <= recent.last()
        ? Future.succeededFuture(reader)
        : database
            .withConnection(EventLog::first)
            .compose(
                first ->
                    after + 1 < first
                        ? Future.failedFuture(gone(after, first))
                        : Future.succeededFuture(reader));
  }

  /** Gives a reader that wants more what there is for it, now or as soon as there is something. */
  private void serve(EventReader reader) {
    if (reader.left()) {
      return;
    }
    if (reader.after() > end) {
      reader.fail(unknown(reader.after()));
    } else if (recent.follow(reader.after()) && !reader.atFirst()) {
      List<Event> found = reader.read(recent);
      if (found.isEmpty()) {
        waiting.add(reader);
      } else {
        reader.give(found);
      }
    } else {
      lagging.add(reader);
      readPages();
    }
  }

  private void leave(EventReader reader) {
    reader.leave();
    waiting.remove(reader);
    lagging.remove(reader);
  }

  private void readPages() {
    while (pages < LedgerLimits.PAGES_AT_A_TIME && !lagging.isEmpty()) {
      pages++;
      readPage(lagging.remove());
    }
  }

  private void readPage(EventReader reader) {
    pagesRead++;
    long upto = reader.pageEnd(recent.last());
    database
        .withConnection(
            c -> EventLog.page(c, reader.query(), reader.after(), upto, LedgerLimits.READER_ROWS))
        .onComplete(
            (page, failure) -> {
              pages--;
              if (failure != null) {
                reader.fail(failure);
              } else if (reader.misses(page.first())) {
                reader.fail(gone(reader.after(), page.first()));
              } else {
                pageRead(reader, page, upto);
              }
              readPages();
            });
  }

  private void pageRead(EventReader reader, EventLog.Page page, long upto) {
    reader.passed(page, upto);
    if (page.events().isEmpty()) {
      serve(reader);
    } else {
      reader.give(page.events());
    }
  }

  private MeshFailure unknown(long after) {
    return new MeshFailure.Application(
        "event.position_unknown",
        "after: " + after + " (expected: at most " + end + ", the last position so far)",
        "/after");
  }

  private static MeshFailure gone(long after, long first) {
    return new MeshFailure.Application(
        "event.position_gone",
        "after: "
            + after
            + " (expected: at least "
            + (first - 1)
            + ", as earlier events are no longer kept; or 0 for all that are)",
        "/after");
  }
}
