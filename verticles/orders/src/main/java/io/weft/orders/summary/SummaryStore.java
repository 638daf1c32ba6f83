package io.weft.orders.summary;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import io.weft.ledger.Command;
import io.weft.ledger.Database;
import io.weft.ledger.EventConsumer;
import io.weft.ledger.EventHandler;
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
final class SummaryStore implements EventHandler {
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

  @Override
  public Future<Void> apply(SqlConnection tx, Event event) {
    return applyAll(tx, List.of(event));
  }

  /**
   * All in one statement: what a batch comes to takes one round trip, and a row is written once.
   */
  @Override
  public Future<Void> applyAll(SqlConnection tx, List<Event> events) {
    var changes = new Changes();
    events.forEach(changes::add);
    return tx.preparedQuery(
            """
            insert into summaries as kept (user_id, currency, status, orders, total)
            select user_id, currency, status, sum(orders), sum(orders * total::numeric)
            from unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[], $5::bigint[])
              as change (user_id, currency, status, orders, total)
            group by user_id, currency, status
            on conflict (user_id, currency, status) do update
            set orders = kept.orders + excluded.orders, total = kept.total + excluded.total
            """)
        .execute(changes.columns())
        .mapEmpty();
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

  /** By how many orders of which total each row changes; a row may be in it several times. */
  private static final class Changes {
    private final List<UUID> users = new ArrayList<>();
    private final List<String> currencies = new ArrayList<>();
    private final List<String> statuses = new ArrayList<>();
    private final List<Long> orders = new ArrayList<>();
    private final List<Long> totals = new ArrayList<>();

    void add(Event event) {
      switch (event.topic()) {
        case "orders.placed" -> change(event.as(Orders.PLACED), Status.PENDING, 1);
        case "orders.confirmed" ->
            move(event.as(Orders.CONFIRMED), Status.PENDING, Status.CONFIRMED);
        case "orders.rejected" -> move(event.as(Orders.REJECTED), Status.PENDING, Status.REJECTED);
        case "orders.cancelled" ->
            move(event.as(Orders.CANCELLED), Status.CONFIRMED, Status.CANCELLED);
        default -> throw new IllegalArgumentException("an event of " + event.topic());
      }
    }

    private void move(OrderEvent order, Status from, Status to) {
      change(order, from, -1);
      change(order, to, 1);
    }

    private void change(OrderEvent order, Status status, long count) {
      users.add(UUID.fromString(order.userId()));
      currencies.add(order.currency());
      statuses.add(status.name());
      orders.add(count);
      totals.add(order.total());
    }

    Tuple columns() {
      return Tuple.of(
          users.toArray(UUID[]::new),
          currencies.toArray(String[]::new),
          statuses.toArray(String[]::new),
          orders.toArray(Long[]::new),
          totals.toArray(Long[]::new));
    }
  }
}
