package io.weft.ledger;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import io.weft.mesh.Event;
import io.weft.mesh.EventQuery;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The log of a service's events as its table has it. */
final class EventLog {
  /** What is after $1, at most $2 events, and beside each of them, or alone, the last position. */
  static final String TAIL =
      """
      select e.position as last, t.*
      from events_end e left join lateral (
        select position, topic, aggregate, owner, at, body, trace from events
        where position > $1 order by position limit $2) t on true
      order by t.position
      """;

  private static final String FIRST =
      "coalesce((select min(position) from events), (select position + 1 from events_end))";

  private EventLog() {}

  /**
   * A part of the log.
   *
   * @param first the position of the oldest event that is kept
   * @param events what was asked for, in order
   */
  record Page(long first, List<Event> events) {}

  /** Reads the position of the oldest event that is kept: one after the last if there is none. */
  static Future<Long> first(SqlConnection connection) {
    return connection
        .preparedQuery("select " + FIRST + " as first")
        .execute()
        .map(rows -> rows.iterator().next().getLong("first"));
  }

  /** Reads the events of a query after one position and up to another, at most so many. */
  static Future<Page> page(
      SqlConnection connection, EventQuery query, long after, long upto, int limit) {
    Tuple values = Tuple.of(after, upto, limit);
    var where = new StringBuilder();
    if (query.aggregate() != null) {
      values.addString(query.aggregate());
      where.append(" and aggregate = $").append(values.size());
    }
    if (query.owner() != null) {
      values.addString(query.owner());
      where.append(" and owner = $").append(values.size());
    }
    if (!query.topics().isEmpty()) {
      values.addArrayOfString(query.topics().toArray(String[]::new));
      where.append(" and topic = any($").append(values.size()).append(')');
    }
    // One statement, so that what is kept and what was found are of one moment.
    return connection
        .preparedQuery(
            """
            select k.first, p.* from (select %s as first) k left join (
              select position, topic, aggregate, owner, at, body, trace from events
              where position > $1 and position <= $2%s order by position limit $3) p on true
            order by p.position
            """
                .formatted(FIRST, where))
        .execute(values)
        .map(rows -> new Page(rows.iterator().next().getLong("first"), events(rows)));
  }

  /**
   * Drops the oldest events that are past an age or more than so many bytes, in one bounded batch
   * and without leaving a gap. The event in which the bytes begin is kept. Bytes of events that a
   * release relayed that did not count them are none.
   *
   * @param service whose consumers in this schema are waited for; null to wait for none
   * @return how many were dropped; {@link LedgerLimits#EVENTS_DROPPED_PER_BATCH} when there may be
   *     more
   */
  static Future<Integer> drop(
      SqlConnection connection, Duration age, long bytes, @Nullable String service) {
    return connection
        .preparedQuery(
            """
            with oldest as (
              select position, at, upto_bytes from events order by position limit $1),
            aged as (
              select coalesce(
                (select min(position) - 1 from oldest
                  where at >= now() - $2 * interval '1 millisecond'),
                (select max(position) from oldest)) as upto),
            beyond as (
              select max(o.position) as upto from oldest o, events_end e
              where o.upto_bytes <= e.bytes - $4),
            applied as (select min(position) as upto from positions where service = $3)
            delete from events
            where position <= (
              select least(greatest(aged.upto, beyond.upto), applied.upto)
              from aged, beyond, applied)
            """)
        .execute(
            Tuple.of(
                LedgerLimits.EVENTS_DROPPED_PER_BATCH, (double) age.toMillis(), service, bytes))
        .map(RowSet::rowCount);
  }

  /** Returns the events in an answer to {@link #TAIL}. */
  static List<Event> events(RowSet<Row> rows) {
    var events = new ArrayList<Event>(rows.size());
    for (Row row : rows) {
      if (row.getLong("position") != null) {
        events.add(event(row));
      }
    }
    return events;
  }

  private static Event event(Row row) {
    return new Event(
        row.getLong("position"),
        row.getString("topic"),
        row.getString("aggregate"),
        row.getString("owner"),
        row.getOffsetDateTime("at").toInstant(),
        row.getBuffer("body"),
        row.getString("trace"));
  }
}
