package io.weft.lab.chaos;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import io.weft.lab.chaos.EventComparison.EventRow;
import io.weft.mesh.time.Time;

/** Reads the log of events at the end of row 6, and has it compared. For one event loop. */
final class EventAudit {
  private static final String EVENTS =
      """
      select position, topic, aggregate, owner, body from orders.events
      where position > $1 order by position limit $2
      """;

  private final Pool database;
  private final Time time;
  private final EventReaders readers;
  private final EventComparison comparison;
  private long seen;

  EventAudit(Pool database, Time time, EventReaders readers, EventComparison comparison) {
    this.database = database;
    this.time = time;
    this.readers = readers;
    this.comparison = comparison;
  }

  /** Returns how many events readers have seen. */
  long seen() {
    return seen;
  }

  /** Reads all of it, and waits until those who read have seen all of theirs. */
  Future<Void> run() {
    readers.reading().forEach(reader -> comparison.follow(reader.user()));
    readers.ended().forEach(reader -> comparison.follow(reader.user()));
    long untilNanos = time.ticker().nanos() + ChaosLimits.SETTLED_MAX.toNanos();
    return events()
        .compose(done -> readersHaveSeenAll(untilNanos))
        .map(
            done -> {
              comparison.orders();
              readers.reading().forEach(reader -> compare(reader, true));
              readers.ended().forEach(reader -> compare(reader, false));
              return null;
            });
  }

  private Future<Void> events() {
    return database
        .preparedQuery(EVENTS)
        .execute(Tuple.of(comparison.last(), ChaosLimits.AUDIT_ROWS))
        .compose(
            rows -> {
              rows.forEach(row -> comparison.event(event(row)));
              return rows.size() < ChaosLimits.AUDIT_ROWS ? Future.succeededFuture() : events();
            });
  }

  private static EventRow event(Row row) {
    return new EventRow(
        row.getLong("position"),
        row.getString("topic"),
        row.getString("aggregate"),
        row.getString("owner"),
        new JsonObject(row.getBuffer("body")));
  }

  private Future<Void> readersHaveSeenAll(long untilNanos) {
    boolean all =
        readers.reading().stream()
            .allMatch(reader -> reader.seen().size() >= comparison.logged(reader.user()).size());
    if (all || time.ticker().nanos() - untilNanos >= 0) {
      return Future.succeededFuture();
    }
    Promise<Void> waited = Promise.promise();
    time.timers().after(ChaosLimits.SETTLED_LOOK, waited::complete);
    return waited.future().compose(again -> readersHaveSeenAll(untilNanos));
  }

  private void compare(EventReader reader, boolean whole) {
    seen += reader.seen().size();
    comparison.read(reader.user(), reader.seen(), whole, reader.standing());
  }
}
