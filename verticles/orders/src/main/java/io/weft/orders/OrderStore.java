package io.weft.orders;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import io.weft.ledger.Command;
import io.weft.ledger.Cursors;
import io.weft.ledger.Database;
import io.weft.ledger.Inbox;
import io.weft.mesh.wire.JsonCodec;
import io.weft.orders.api.ListOrders;
import io.weft.orders.api.Order;
import io.weft.orders.api.OrderId;
import io.weft.orders.api.OrderPage;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * The orders, in the schema of orders.
 *
 * <p>Each method is one transaction. An order's status changes only by a {@link Transition}, and
 * only from the status that the transition starts in, so that two that drive the same order cannot
 * undo each other. Claims are kept by the database's clock, which all instances share.
 */
final class OrderStore {
  static final String PLACE_SCOPE = "orders.place/";

  private static final String COLUMNS =
      "id, user_id, status, reason, currency, total, note, created_at, updated_at, version";
  private static final String WORK_COLUMNS = "id, status, user_id, currency, total, attempts";
  private static final String UNFINISHED = "status in ('PENDING', 'CANCELLING')";
  private static final String CLAIM =
      "now() + " + OrdersLimits.CLAIM.toMillis() + " * interval '1 millisecond'";

  private final Database database;
  private final Cursors cursors;

  OrderStore(Database database, Cursors cursors) {
    this.database = database;
    this.cursors = cursors;
  }

  /** What became of an attempt to store an order. */
  record Placed(Inbox.Arrival arrival, Order order) {}

  /** Tells what is known of a key, before anything is done. */
  Future<Inbox.Arrival> known(Command command) {
    return database.withConnection(connection -> Inbox.find(connection, command));
  }

  /** Stores an order as PENDING with its key, claimed by whoever stores it. */
  Future<Placed> place(Command command, Draft draft) {
    return database.withTransaction(
        connection ->
            Inbox.begin(connection, command, draft.id().toString())
                .compose(
                    arrival ->
                        arrival instanceof Inbox.Arrival.Fresh
                            ? insert(connection, command.key(), draft)
                                .map(createdAt -> new Placed(arrival, draft.pending(createdAt)))
                            : Future.succeededFuture(
                                new Placed(arrival, draft.pending(Instant.EPOCH)))));
  }

  private static Future<Instant> insert(SqlConnection connection, String key, Draft draft) {
    return connection
        .preparedQuery(
            """
            insert into orders (id, user_id, status, currency, total, note, line_count,
              encoded_bytes, inbox_key, claimed_until)
            values ($1, $2, 'PENDING', $3, $4, $5, $6, $7, $8, %s)
            returning created_at
            """
                .formatted(CLAIM))
        .execute(
            Tuple.of(draft.id(), draft.userId(), draft.currency(), draft.total())
                .addValue(draft.note())
                .addValue(draft.lines().size())
                .addValue(draft.encodedBytes())
                .addValue(key))
        .compose(
            rows ->
                insertLines(connection, draft)
                    .map(
                        lines ->
                            rows.iterator().next().getOffsetDateTime("created_at").toInstant()));
  }

  /** All lines in one statement: an order of ten thousand costs one round trip. */
  private static Future<RowSet<Row>> insertLines(SqlConnection connection, Draft draft) {
    var lines = draft.lines();
    return connection
        .preparedQuery(
            """
            insert into order_lines
              (order_id, position, sku, name, quantity, unit_price, discount_bps, total)
            select $1, position - 1, sku, name, quantity, unit_price, discount_bps, total
            from unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::int[], $7::bigint[])
              with ordinality as line (sku, name, quantity, unit_price, discount_bps, total, position)
            """)
        .execute(
            Tuple.of(draft.id())
                .addValue(lines.stream().map(Order.Line::sku).toArray(String[]::new))
                .addValue(lines.stream().map(Order.Line::name).toArray(String[]::new))
                .addValue(lines.stream().map(Order.Line::quantity).toArray(Long[]::new))
                .addValue(lines.stream().map(Order.Line::unitPrice).toArray(Long[]::new))
                .addValue(lines.stream().map(Order.Line::discountBps).toArray(Integer[]::new))
                .addValue(lines.stream().map(Order.Line::total).toArray(Long[]::new)));
  }

  /** Claims an unfinished order that nobody holds. */
  Future<Optional<Work>> claim(UUID id) {
    return database.withTransaction(
        connection ->
            connection
                .preparedQuery(
                    """
                    update orders set claimed_until = %s, attempts = attempts + 1
                    where id = $1 and claimed_until < now() and %s returning %s
                    """
                        .formatted(CLAIM, UNFINISHED, WORK_COLUMNS))
                .execute(Tuple.of(id))
                .map(rows -> works(rows).stream().findFirst()));
  }

  /** Claims unfinished orders that nobody holds and whose time has come, longest due first. */
  Future<List<Work>> claimDue(int most) {
    return database.withTransaction(
        connection ->
            connection
                .preparedQuery(
                    """
                    update orders set claimed_until = %s, attempts = attempts + 1
                    where id in (
                      select id from orders
                      where %s and claimed_until < now() and next_attempt_at <= now()
                      order by next_attempt_at limit $1 for update skip locked)
                    returning %s
                    """
                        .formatted(CLAIM, UNFINISHED, WORK_COLUMNS))
                .execute(Tuple.of(most))
                .map(OrderStore::works));
  }

  /** Gives up a claim: whoever comes after the delay may go on. */
  Future<Void> retryLater(UUID id, Duration delay) {
    return database.withTransaction(
        connection ->
            connection
                .preparedQuery(
                    """
                    update orders set claimed_until = now(),
                      next_attempt_at = now() + $2 * interval '1 millisecond'
                    where id = $1 and %s
                    """
                        .formatted(UNFINISHED))
                .execute(Tuple.of(id, (double) delay.toMillis()))
                .mapEmpty());
  }

  /**
   * Ends the placing of an order, and stores the answer under its key. An order that another has
   * brought to its end already is returned as it is.
   */
  Future<Order> settle(UUID id, Transition transition, @Nullable String reason) {
    return database.withTransaction(
        connection ->
            move(connection, id, transition, reason)
                .compose(
                    moved ->
                        load(connection, id)
                            .compose(
                                order ->
                                    moved.isEmpty()
                                        ? Future.succeededFuture(order)
                                        : Inbox.complete(
                                                connection,
                                                PLACE_SCOPE + order.userId(),
                                                moved.get(),
                                                JsonCodec.encode(order))
                                            .map(done -> order))));
  }

  /** What a cancellation finds: the order as it is now, and whether the caller is to drive it. */
  record Cancelling(Order order, boolean claimed) {}

  /** Begins to cancel an order, or takes up a cancellation that nobody holds. */
  Future<Cancelling> beginCancel(UUID id) {
    return database.withTransaction(
        connection ->
            move(connection, id, Transition.CANCEL, null)
                .compose(
                    moved ->
                        load(connection, id)
                            .map(order -> new Cancelling(order, moved.isPresent()))));
  }

  /** Ends the cancelling of an order. One that is cancelled already is returned as it is. */
  Future<Order> finishCancel(UUID id) {
    return database.withTransaction(
        connection ->
            move(connection, id, Transition.FINISH, null).compose(moved -> load(connection, id)));
  }

  /** The only statement that changes a status; returns the order's key if it did. */
  private static Future<Optional<String>> move(
      SqlConnection connection, UUID id, Transition transition, @Nullable String reason) {
    return connection
        .preparedQuery(
            """
            update orders set status = $3, reason = $4, updated_at = now(), version = version + 1,
              claimed_until = %s, next_attempt_at = now(), attempts = 0
            where id = $1 and status = $2 returning inbox_key
            """
                .formatted(CLAIM))
        .execute(Tuple.of(id, transition.from().name(), transition.to().name()).addValue(reason))
        .map(
            rows ->
                StreamSupport.stream(rows.spliterator(), false)
                    .map(row -> row.getString("inbox_key"))
                    .findFirst());
  }

  Future<Order> find(OrderId request) {
    UUID id = OrderRules.orderId(request.id());
    return database.withConnection(connection -> load(connection, id));
  }

  private static Future<Order> load(SqlConnection connection, UUID id) {
    return connection
        .preparedQuery("select " + COLUMNS + " from orders where id = $1")
        .execute(Tuple.of(id))
        .compose(
            rows ->
                rows.size() == 0
                    ? Future.failedFuture(OrderFailures.notFound())
                    : withLines(connection, List.of(rows.iterator().next()))
                        .map(orders -> orders.get(0)));
  }

  Future<OrderPage> list(ListOrders request) {
    int limit = OrderRules.limit(request.limit());
    UUID user = OrderRules.userFilter(request.userId());
    String list = "orders.list?userId=" + user + "&status=" + request.status();
    return database.withConnection(
        connection ->
            select(connection, request, user, limit, list)
                .compose(rows -> page(connection, rows, limit, list)));
  }

  /** Only the conditions that are asked for, so that each form has its own plan and index. */
  private Future<RowSet<Row>> select(
      SqlConnection connection, ListOrders request, @Nullable UUID user, int limit, String list) {
    var where = new ArrayList<String>();
    Tuple values = Tuple.of(limit + 1);
    if (user != null) {
      values.addValue(user);
      where.add("user_id = $" + values.size());
    }
    if (request.status() != null) {
      values.addValue(request.status().name());
      where.add("status = $" + values.size());
    }
    if (request.cursor() != null) {
      List<String> after = cursors.decode(list, request.cursor());
      values.addValue(OffsetDateTime.parse(after.get(0)));
      values.addValue(UUID.fromString(after.get(1)));
      where.add("(created_at, id) < ($%d, $%d)".formatted(values.size() - 1, values.size()));
    }
    return connection
        .preparedQuery(
            "select "
                + COLUMNS
                + ", line_count, encoded_bytes from orders"
                + (where.isEmpty() ? "" : " where " + String.join(" and ", where))
                + " order by created_at desc, id desc limit $1")
        .execute(values);
  }

  private Future<OrderPage> page(
      SqlConnection connection, RowSet<Row> rows, int limit, String list) {
    var fitting = new ArrayList<Row>();
    long lines = 0;
    long bytes = 0;
    for (Row row : rows) {
      lines += row.getInteger("line_count");
      bytes += row.getInteger("encoded_bytes");
      if (fitting.size() == limit
          || (!fitting.isEmpty()
              && (lines > OrdersLimits.PAGE_LINES_MAX || bytes > OrdersLimits.PAGE_MAX_BYTES))) {
        break;
      }
      fitting.add(row);
    }
    boolean more = fitting.size() < rows.size();
    return withLines(connection, fitting)
        .map(orders -> new OrderPage(orders, more ? next(orders, list) : null));
  }

  private String next(List<Order> orders, String list) {
    Order last = orders.get(orders.size() - 1);
    return cursors.encode(list, List.of(last.createdAt().toString(), last.id()));
  }

  private static Future<List<Order>> withLines(SqlConnection connection, List<Row> orders) {
    UUID[] ids = orders.stream().map(row -> row.getUUID("id")).toArray(UUID[]::new);
    return connection
        .preparedQuery(
            """
            select order_id, sku, name, quantity, unit_price, discount_bps, total
            from order_lines where order_id = any($1) order by order_id, position
            """)
        .execute(Tuple.tuple().addValue(ids))
        .map(
            rows -> {
              Map<UUID, List<Order.Line>> lines = new HashMap<>();
              rows.forEach(
                  row ->
                      lines
                          .computeIfAbsent(row.getUUID("order_id"), id -> new ArrayList<>())
                          .add(line(row)));
              return orders.stream()
                  .map(row -> order(row, lines.getOrDefault(row.getUUID("id"), List.of())))
                  .toList();
            });
  }

  private static List<Work> works(RowSet<Row> rows) {
    return StreamSupport.stream(rows.spliterator(), false)
        .map(
            row ->
                new Work(
                    row.getUUID("id"),
                    Order.Status.valueOf(row.getString("status")),
                    row.getUUID("user_id"),
                    row.getString("currency"),
                    row.getLong("total"),
                    row.getInteger("attempts")))
        .toList();
  }

  private static Order order(Row row, List<Order.Line> lines) {
    return new Order(
        row.getUUID("id").toString(),
        row.getUUID("user_id").toString(),
        Order.Status.valueOf(row.getString("status")),
        row.getString("reason"),
        row.getString("currency"),
        lines,
        row.getLong("total"),
        row.getString("note"),
        row.getOffsetDateTime("created_at").toInstant(),
        row.getOffsetDateTime("updated_at").toInstant(),
        row.getLong("version"));
  }

  private static Order.Line line(Row row) {
    return new Order.Line(
        row.getString("sku"),
        row.getString("name"),
        row.getLong("quantity"),
        row.getLong("unit_price"),
        row.getInteger("discount_bps"),
        row.getLong("total"));
  }
}
