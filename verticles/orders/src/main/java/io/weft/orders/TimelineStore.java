package io.weft.orders;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import io.weft.ledger.Database;
import io.weft.mesh.wire.JsonCodec;
import io.weft.orders.api.Order;
import io.weft.orders.api.OrderEvent;
import io.weft.orders.api.OrderId;
import io.weft.orders.api.Timeline;
import io.weft.orders.api.Timeline.Parked;
import io.weft.orders.api.Timeline.Step;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** Reads what happened to orders, for operators. */
final class TimelineStore {
  private static final Set<Order.Status> ON_THE_WAY =
      Set.of(Order.Status.PENDING, Order.Status.CANCELLING);

  private static final String FIND =
      "select "
          + OrderSql.COLUMNS
          + ", attempts, failed_attempts, next_attempt_at, parked_at, parked_reason from orders"
          + " where id = $1";

  /** No order has more events than it has statuses; what waits in the outbox comes last. */
  private static final String STEPS =
      """
      select position, topic, at, body from (
        select position, topic, at, body, 0 as waits, 0 as id from events where aggregate = $1
        union all
        select 0, topic, at, body, 1, id from outbox where aggregate = $1
      ) as told order by waits, position, id limit 100
      """;

  private final Database database;

  TimelineStore(Database database) {
    this.database = database;
  }

  /** Reads one. */
  Future<Timeline> of(OrderId request) {
    UUID id = OrderRules.orderId(request.id());
    return database.withConnection(
        connection -> {
          // Sent together; an event that is moved in between is at worst told at both places.
          var found = connection.preparedQuery(FIND).execute(Tuple.of(id));
          var steps = connection.preparedQuery(STEPS).execute(Tuple.of(id.toString()));
          return found.compose(
              rows ->
                  rows.size() == 0
                      ? Future.failedFuture(OrderFailures.notFound())
                      : steps.map(told -> timeline(rows.iterator().next(), steps(told))));
        });
  }

  private static Timeline timeline(Row row, List<Step> steps) {
    var status = Order.Status.valueOf(row.getString("status"));
    var parkedAt = instant(row, "parked_at");
    return new Timeline(
        row.getUUID("id").toString(),
        row.getUUID("user_id").toString(),
        status,
        row.getString("reason"),
        row.getString("currency"),
        row.getLong("total"),
        row.getOffsetDateTime("created_at").toInstant(),
        row.getOffsetDateTime("updated_at").toInstant(),
        row.getLong("version"),
        row.getInteger("attempts"),
        row.getInteger("failed_attempts"),
        ON_THE_WAY.contains(status) && parkedAt == null ? instant(row, "next_attempt_at") : null,
        parkedAt == null ? null : new Parked(row.getString("parked_reason"), parkedAt),
        steps);
  }

  private static @Nullable Instant instant(Row row, String column) {
    var at = row.getOffsetDateTime(column);
    return at == null ? null : at.toInstant();
  }

  private static List<Step> steps(RowSet<Row> rows) {
    return StreamSupport.stream(rows.spliterator(), false)
        .map(
            row -> {
              var event = JsonCodec.decodeLenient(row.getBuffer("body"), OrderEvent.class);
              return new Step(
                  row.getLong("position"),
                  row.getString("topic"),
                  row.getOffsetDateTime("at").toInstant(),
                  event.status(),
                  event.reason());
            })
        .toList();
  }
}
