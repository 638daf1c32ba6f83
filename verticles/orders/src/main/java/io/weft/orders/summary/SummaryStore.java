package io.weft.orders.summary;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import io.weft.ledger.Command;
import io.weft.ledger.Database;
import io.weft.ledger.EventConsumer;
import io.weft.ledger.Inbox;
import io.weft.mesh.Call;
import io.weft.mesh.Event;
import io.weft.orders.api.Order.Status;
import io.weft.orders.api.OrderEvent;
import io.weft.orders.api.OrderSummary;
import io.weft.orders.api.Orders;
import io.weft.orders.api.RebuildSummaries;
import io.weft.orders.api.RebuiltSummaries;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** The summaries of all users, as rows of user, currency and status. */
final class SummaryStore {
  /** The name under which the position of the summaries is kept. */
  static final String CONSUMER = "summaries";

  private final Database database;

  SummaryStore(Database database) {
    this.database = database;
  }

  /** Returns the summary of a user; an empty one when no order of the user is known here. */
  Future<OrderSummary> find(UUID user) {
    return database.withConnection(
        connection ->
            connection
                .preparedQuery(
                    """
                    select currency, status, orders,
                      least(total, 9223372036854775807)::bigint as total,
                      coalesce((select position from positions where consumer = $2), 0) as position
                    from (values (1)) as one
                    left join summaries on user_id = $1 and orders > 0
                    order by currency, status
                    """)
                .execute(Tuple.of(user, CONSUMER))
                .map(rows -> summary(user, rows)));
  }

  private static OrderSummary summary(UUID user, RowSet<Row> rows) {
    var totals = new ArrayList<OrderSummary.Total>();
    long orders = 0;
    long position = 0;
    for (Row row : rows) {
      position = row.getLong("position");
      if (row.getString("status") != null) {
        orders += row.getLong("orders");
        totals.add(
            new OrderSummary.Total(
                row.getString("currency"),
                Status.valueOf(row.getString("status")),
                row.getLong("orders"),
                row.getLong("total")));
      }
    }
    return new OrderSummary(user.toString(), orders, totals, position);
  }

  /**
   * Applies an event of orders.
   *
   * @param tx the transaction in which the consumer's position moves past it
   */
  Future<Void> apply(SqlConnection tx, Event event) {
    return switch (event.topic()) {
      case "orders.placed" -> enter(tx, event.as(Orders.PLACED), Status.PENDING);
      case "orders.confirmed" ->
          move(tx, event.as(Orders.CONFIRMED), Status.PENDING, Status.CONFIRMED);
      case "orders.rejected" ->
          move(tx, event.as(Orders.REJECTED), Status.PENDING, Status.REJECTED);
      case "orders.cancelled" ->
          move(tx, event.as(Orders.CANCELLED), Status.CONFIRMED, Status.CANCELLED);
      default -> Future.succeededFuture();
    };
  }

  /** Sets all summaries back to what they were before the first event that is kept, once. */
  Future<RebuiltSummaries> rebuild(Call call, RebuildSummaries request) {
    return database.withTransaction(
        tx -> Inbox.once(tx, Command.of(call, request), RebuiltSummaries.class, () -> setBack(tx)));
  }

  private static Future<RebuiltSummaries> setBack(SqlConnection tx) {
    return tx.query("select rebuild_summaries() as after")
        .execute()
        .map(rows -> rows.iterator().next().getLong("after"))
        .compose(
            after ->
                EventConsumer.restart(tx, CONSUMER, Orders.SERVICE, after)
                    .map(set -> new RebuiltSummaries(after)));
  }

  private static Future<Void> enter(SqlConnection tx, OrderEvent order, Status to) {
    return add(tx, order, List.of(to), List.of(1L));
  }

  private static Future<Void> move(SqlConnection tx, OrderEvent order, Status from, Status to) {
    return add(tx, order, List.of(from, to), List.of(-1L, 1L));
  }

  private static Future<Void> add(
      SqlConnection tx, OrderEvent order, List<Status> statuses, List<Long> counts) {
    return tx.preparedQuery(
            """
            insert into summaries as kept (user_id, currency, status, orders, total)
            select $1::uuid, $2::text, status, orders, orders * ($3::bigint)::numeric
            from unnest($4::text[], $5::bigint[]) as change (status, orders)
            on conflict (user_id, currency, status) do update
            set orders = kept.orders + excluded.orders, total = kept.total + excluded.total
            """)
        .execute(
            Tuple.of(
                UUID.fromString(order.userId()),
                order.currency(),
                order.total(),
                statuses.stream().map(Status::name).toArray(String[]::new),
                counts.toArray(Long[]::new)))
        .mapEmpty();
  }
}
