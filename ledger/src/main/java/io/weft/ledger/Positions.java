package io.weft.ledger;

import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.Optional;

/**
 * How far one consumer has come, in the schema of the service that consumes.
 *
 * <p>Time is the database's, so instances need not agree about it.
 *
 * @param consumer the consumer's name
 * @param holder the instance that asks
 */
record Positions(String consumer, String holder) {
  /**
   * Where a consumer stands.
   *
   * @param position of the last event that it has applied
   * @param failures in a row at the next one
   */
  record Standing(long position, int failures) {}

  /** Takes the consumer for this instance, if it is free or this instance's already. */
  Future<Optional<Standing>> claim(SqlConnection tx, String service) {
    return tx.preparedQuery(
            """
            insert into positions (consumer, service, position) values ($1, $2, 0)
            on conflict do nothing
            """)
        .execute(Tuple.of(consumer, service))
        .compose(
            there ->
                tx.preparedQuery(
                        """
                        update positions set holder = $2,
                          held_until = clock_timestamp() + $3 * interval '1 millisecond'
                        where consumer = $1 and (holder = $2 or held_until < clock_timestamp())
                        returning position, failed_attempts
                        """)
                    .execute(Tuple.of(consumer, holder, millis(LedgerLimits.CONSUMER_LEASE))))
        .map(
            rows ->
                rows.size() == 0
                    ? Optional.empty()
                    : Optional.of(
                        new Standing(
                            rows.iterator().next().getLong("position"),
                            rows.iterator().next().getInteger("failed_attempts"))));
  }

  /**
   * Moves on from one position to another, in the transaction of the effects between them.
   *
   * @return false when the consumer is not this instance's any more, or was set to another position
   */
  Future<Boolean> move(SqlConnection tx, long from, long to) {
    return tx.preparedQuery(
            """
            update positions set position = $4, moved_at = now(), failed_attempts = 0,
              failure = null, held_until = clock_timestamp() + $5 * interval '1 millisecond'
            where consumer = $1 and holder = $2 and position = $3
            """)
        .execute(Tuple.of(consumer, holder, from, to, millis(LedgerLimits.CONSUMER_LEASE)))
        .map(rows -> rows.rowCount() == 1);
  }

  /**
   * Takes note of a failure, and keeps the consumer while its instance backs off.
   *
   * @return false as {@link #move} does
   */
  Future<Boolean> failed(SqlConnection tx, long at, String failure, Duration backoff) {
    return tx.preparedQuery(
            """
            update positions set failed_attempts = failed_attempts + 1, failure = $4,
              held_until = clock_timestamp() + $5 * interval '1 millisecond'
            where consumer = $1 and holder = $2 and position = $3
            """)
        .execute(
            Tuple.of(
                consumer, holder, at, failure, millis(backoff.plus(LedgerLimits.CONSUMER_LEASE))))
        .map(rows -> rows.rowCount() == 1);
  }

  /** Leaves the consumer to whoever wants it next. */
  Future<Void> release(SqlConnection tx) {
    return tx.preparedQuery(
            "update positions set held_until = '-infinity' where consumer = $1 and holder = $2")
        .execute(Tuple.of(consumer, holder))
        .mapEmpty();
  }

  /** Sets a consumer to another position; whoever holds it notices and begins anew. */
  static Future<Void> set(SqlConnection tx, String consumer, String service, long position) {
    return tx.preparedQuery(
            """
            insert into positions (consumer, service, position) values ($1, $2, $3)
            on conflict (consumer) do update set position = $3, moved_at = now(), holder = null,
              held_until = '-infinity', failed_attempts = 0, failure = null
            """)
        .execute(Tuple.of(consumer, service, position))
        .mapEmpty();
  }

  private static double millis(Duration duration) {
    return duration.toMillis();
  }
}
