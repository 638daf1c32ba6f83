package io.weft.orders;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import io.weft.ledger.Command;
import io.weft.ledger.Cursors;
import io.weft.ledger.DataService;
import io.weft.ledger.Database;
import io.weft.ledger.Inbox;
import io.weft.ledger.Outbox;
import io.weft.mesh.Call;
import io.weft.mesh.Topic;
import io.weft.mesh.TraceContext;
import io.weft.mesh.time.WallClock;
import io.weft.mesh.wire.JsonCodec;
import io.weft.orders.api.ListOrders;
import io.weft.orders.api.ListParked;
import io.weft.orders.api.Order;
import io.weft.orders.api.OrderEvent;
import io.weft.orders.api.OrderId;
import io.weft.orders.api.OrderPage;
import io.weft.orders.api.Orders;
import io.weft.orders.api.ParkedOrder;
import io.weft.orders.api.ParkedPage;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
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
 * <p>Each change is one statement of {@link OrderSql}, and so one transaction. An order's status
 * changes only by a {@link Transition}, and only from the status that the transition starts in, so
 * that two that drive the same order cannot undo each other. Claims are kept by the database's
 * clock, which all instances share; the times that people read are of the instance that wrote them.
 */
final class OrderStore {
  static final String PLACE_SCOPE = "orders.place/";

  private static final String PARKED_LIST = "orders.parked";

  private final Database database;
  private final Cursors cursors;
  private final Outbox outbox;
  private final WallClock clock;

  OrderStore(DataService.Data data, WallClock clock) {
    database = data.database();
    cursors = data.cursors();
    outbox = data.outbox();
    this.clock = clock;
  }

  /** What became of an attempt to store an order. */
  record Placed(Inbox.Arrival arrival, Order order) {}

  /** Tells what is known of a key, before anything is done. */
  Future<Inbox.Arrival> known(Command command) {
    return database.withConnection(connection -> Inbox.find(connection, command));
  }

  /** Stores an order as PENDING with its key, claimed by whoever stores it. */
  Future<Placed> place(Command command, Draft draft) {
    Order pending = draft.pending(now());
    Tuple values = values(command, draft, pending);
    return told(
        database.withStatement(
            connection ->
                connection
                    .preparedQuery(OrderSql.PLACE)
                    .execute(values)
                    .compose(
                        rows ->
                            rows.size() == 1
                                ? Future.succeededFuture(new Inbox.Arrival.Fresh())
                                : Inbox.taken(connection, command))
                    .map(arrival -> new Placed(arrival, pending))));
  }

  private Tuple values(Command command, Draft draft, Order pending) {
    var lines = draft.lines();
    Tuple values =
        Tuple.of(command.scope(), command.key(), command.fingerprint(), pending.id())
            .addValue(draft.id())
            .addValue(draft.userId())
            .addValue(draft.currency())
            .addValue(draft.total())
            .addValue(draft.note())
            .addValue(pending.createdAt().atOffset(ZoneOffset.UTC))
            .addValue(draft.encodedBytes())
            .addValue(lines.stream().map(Order.Line::sku).toArray(String[]::new))
            .addValue(lines.stream().map(Order.Line::name).toArray(String[]::new))
            .addValue(lines.stream().map(Order.Line::quantity).toArray(Long[]::new))
            .addValue(lines.stream().map(Order.Line::unitPrice).toArray(Long[]::new))
            .addValue(lines.stream().map(Order.Line::discountBps).toArray(Integer[]::new))
            .addValue(lines.stream().map(Order.Line::total).toArray(Long[]::new));
    var trace = Call.current().map(Call::served).orElse(TraceContext.NONE);
    return withEvent(values, Orders.PLACED, pending, trace);
  }

  private Tuple withEvent(Tuple values, Topic<OrderEvent> topic, Order order, TraceContext trace) {
    Tuple row = outbox.row(topic, order.id(), order.userId(), OrderEvent.of(order), trace);
    for (int i = 0; i < row.size(); i++) {
      values.addValue(row.getValue(i));
    }
    return values;
  }

  /** Whatever came of a statement with an event: the relay finds out sooner than by its own. */
  private <T> Future<T> told(Future<T> written) {
    return written.onComplete(done -> outbox.written());
  }

  /** The present, as exact as the database keeps it. */
  private Instant now() {
    return clock.now().truncatedTo(ChronoUnit.MICROS);
  }

  /** Claims unfinished orders that nobody holds and whose time has come, longest due first. */
  Future<List<Work>> claimDue(int most) {
    return database.withStatement(
        connection ->
            connection
                .preparedQuery(OrderSql.CLAIM_DUE)
                .execute(Tuple.of(most))
                .map(OrderStore::works));
  }

  /**
   * Gives up a claim: whoever comes after the delay may go on.
   *
   * @param failedAttempts how many tries have failed by what may lie in the order itself
   */
  Future<Void> retryLater(UUID id, Duration delay, int failedAttempts) {
    return execute(OrderSql.RETRY_LATER, Tuple.of(id, (double) delay.toMillis(), failedAttempts));
  }

  /** Parks an order: nobody tries it again until it is released. */
  Future<Void> park(UUID id, String reason, int failedAttempts) {
    return execute(OrderSql.PARK, Tuple.of(id, reason, failedAttempts));
  }

  private Future<Void> execute(String sql, Tuple values) {
    return database.withStatement(
        connection -> connection.preparedQuery(sql).execute(values).mapEmpty());
  }

  /** Lets a parked order go on; one that is not parked stays as it is. */
  Future<Order> unpark(OrderId request) {
    UUID id = OrderRules.orderId(request.id());
    return execute(OrderSql.UNPARK, Tuple.of(id)).compose(released -> find(request));
  }

  /** Reads the parked orders, a page at a time, those parked first before the others. */
  Future<ParkedPage> parked(ListParked request) {
    int limit = OrderRules.limit(request.limit());
    Tuple values = Tuple.of(limit + 1);
    if (request.cursor() != null) {
      List<String> after = cursors.decode(PARKED_LIST, request.cursor());
      values.addValue(OffsetDateTime.parse(after.get(0))).addValue(UUID.fromString(after.get(1)));
    }
    String select =
        """
        select id, user_id, status, parked_reason, failed_attempts, parked_at from orders
        where parked_at is not null %s order by parked_at, id limit $1
        """
            .formatted(request.cursor() == null ? "" : "and (parked_at, id) > ($2, $3)");
    return database
        .withConnection(connection -> connection.preparedQuery(select).execute(values))
        .map(rows -> parked(rows, limit));
  }

  private ParkedPage parked(RowSet<Row> rows, int limit) {
    var items =
        StreamSupport.stream(rows.spliterator(), false)
            .limit(limit)
            .map(
                row ->
                    new ParkedOrder(
                        row.getUUID("id").toString(),
                        row.getUUID("user_id").toString(),
                        Order.Status.valueOf(row.getString("status")),
                        row.getString("parked_reason"),
                        row.getInteger("failed_attempts"),
                        row.getOffsetDateTime("parked_at").toInstant()))
            .toList();
    if (rows.size() <= limit) {
      return new ParkedPage(items, null);
    }
    ParkedOrder last = items.get(limit - 1);
    return new ParkedPage(
        items, cursors.encode(PARKED_LIST, List.of(last.parkedAt().toString(), last.id())));
  }

  /**
   * Ends the placing of an order, and stores the answer under its key.
   *
   * @return the answer, which is the one stored before if another has settled the order
   */
  Future<Order> settle(Work work, Transition transition, @Nullable String reason) {
    Order known = work.order();
    return known != null
        ? settle(known, transition, reason, work.trace())
        : find(work.id())
            .compose(
                order ->
                    order.status() == transition.from()
                        ? settle(order, transition, reason, work.trace())
                        : answer(order));
  }

  private Future<Order> settle(
      Order order, Transition transition, @Nullable String reason, TraceContext trace) {
    Order settled = moved(order, transition, reason);
    var topic = transition == Transition.CONFIRM ? Orders.CONFIRMED : Orders.REJECTED;
    Tuple values =
        withEvent(move(settled, transition), topic, settled, trace)
            .addValue(PLACE_SCOPE + order.userId())
            .addValue(JsonCodec.encode(settled));
    return told(database.withStatement(
            connection -> connection.preparedQuery(OrderSql.SETTLE).execute(values)))
        .compose(rows -> rows.size() == 1 ? Future.succeededFuture(settled) : answer(order));
  }

  /** Returns what was answered when an order was placed; the order as it is when that is gone. */
  Future<Order> answer(Order order) {
    UUID id = UUID.fromString(order.id());
    return database
        .withConnection(
            connection -> connection.preparedQuery(OrderSql.ANSWER).execute(Tuple.of(id)))
        .compose(
            rows ->
                rows.size() == 0
                    ? find(id)
                    : Future.succeededFuture(
                        JsonCodec.decodeLenient(
                            rows.iterator().next().getBuffer("response"), Order.class)));
  }

  private Order moved(Order order, Transition transition, @Nullable String reason) {
    Instant now = now();
    return new Order(
        order.id(),
        order.userId(),
        transition.to(),
        reason,
        order.currency(),
        order.lines(),
        order.total(),
        order.note(),
        order.createdAt(),
        now.isBefore(order.updatedAt()) ? order.updatedAt() : now,
        order.version() + 1);
  }

  private static Tuple move(Order moved, Transition transition) {
    return move(UUID.fromString(moved.id()), transition, moved.reason(), moved.updatedAt());
  }

  private static Tuple move(
      UUID id, Transition transition, @Nullable String reason, Instant updatedAt) {
    return Tuple.of(id, transition.from().name(), transition.to().name())
        .addValue(reason)
        .addValue(updatedAt.atOffset(ZoneOffset.UTC));
  }

  /**
   * What is known of an order on its way: the order, and whether there is anything to do for it.
   */
  record Unfinished(Order order, Optional<Work> work) {}

  /** Begins to cancel an order, or tells how far it is. */
  Future<Unfinished> beginCancel(UUID id) {
    Tuple values = move(id, Transition.CANCEL, null, now());
    return database.withStatement(
        connection -> {
          // Sent together, as lines never change.
          var moved = connection.preparedQuery(OrderSql.BEGIN).execute(values);
          var lines = lines(connection, id);
          return moved.compose(
              rows ->
                  rows.size() == 0
                      ? unfinished(connection, id)
                      : lines
                          .map(found -> order(rows.iterator().next(), found))
                          .map(order -> new Unfinished(order, Optional.of(Work.on(order)))));
        });
  }

  /** Ends the cancelling of an order. One that is cancelled already is returned as it is. */
  Future<Order> finishCancel(Work work) {
    Order known = work.order();
    return known != null
        ? finishCancel(known, work.trace())
        : find(work.id()).compose(order -> finishCancel(order, work.trace()));
  }

  private Future<Order> finishCancel(Order order, TraceContext trace) {
    if (order.status() != Transition.FINISH.from()) {
      return Future.succeededFuture(order);
    }
    Order cancelled = moved(order, Transition.FINISH, null);
    Tuple values =
        withEvent(move(cancelled, Transition.FINISH), Orders.CANCELLED, cancelled, trace);
    return told(database.withStatement(
            connection -> connection.preparedQuery(OrderSql.FINISH).execute(values)))
        .compose(
            rows ->
                rows.size() == 1
                    ? Future.succeededFuture(cancelled)
                    : find(UUID.fromString(order.id())));
  }

  /** Tells how far an order is, and what there is to do for it. */
  Future<Unfinished> unfinished(UUID id) {
    return database.withConnection(connection -> unfinished(connection, id));
  }

  /** Tells how far an order is, if there is one. */
  Future<Optional<Unfinished>> known(UUID id) {
    return database.withConnection(connection -> known(connection, id));
  }

  private static Future<Unfinished> unfinished(SqlConnection connection, UUID id) {
    return known(connection, id).map(known -> known.orElseThrow(OrderFailures::notFound));
  }

  private static Future<Optional<Unfinished>> known(SqlConnection connection, UUID id) {
    var found = connection.preparedQuery(OrderSql.FIND).execute(Tuple.of(id));
    var lines = lines(connection, id);
    return found.compose(
        rows ->
            rows.size() == 0
                ? Future.succeededFuture(Optional.empty())
                : lines.map(l -> Optional.of(unfinished(rows.iterator().next(), l))));
  }

  private static Unfinished unfinished(Row row, List<Order.Line> lines) {
    Order order = order(row, lines);
    boolean todo = Transition.unfinished().contains(order.status()) && !row.getBoolean("parked");
    return new Unfinished(
        order,
        todo
            ? Optional.of(
                Work.on(order, row.getInteger("attempts"), row.getInteger("failed_attempts")))
            : Optional.empty());
  }

  Future<Order> find(OrderId request) {
    return find(OrderRules.orderId(request.id()));
  }

  private Future<Order> find(UUID id) {
    return unfinished(id).map(Unfinished::order);
  }

  private static Future<List<Order.Line>> lines(SqlConnection connection, UUID id) {
    return lines(connection, new UUID[] {id}).map(lines -> lines.getOrDefault(id, List.of()));
  }

  private static Future<Map<UUID, List<Order.Line>>> lines(
      SqlConnection connection, UUID[] orders) {
    return connection
        .preparedQuery(OrderSql.LINES)
        .execute(Tuple.tuple().addValue(orders))
        .map(
            rows -> {
              Map<UUID, List<Order.Line>> lines = new HashMap<>();
              rows.forEach(
                  row ->
                      lines
                          .computeIfAbsent(row.getUUID("order_id"), id -> new ArrayList<>())
                          .add(line(row)));
              return lines;
            });
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
                + OrderSql.COLUMNS
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
    return lines(connection, ids)
        .map(
            lines ->
                orders.stream()
                    .map(row -> order(row, lines.getOrDefault(row.getUUID("id"), List.of())))
                    .toList());
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
                    row.getInteger("attempts"),
                    row.getInteger("failed_attempts") - 1,
                    trace(row.getString("trace")),
                    null))
        .toList();
  }

  private static TraceContext trace(@Nullable String stored) {
    var trace = stored == null ? null : TraceContext.parse(stored);
    return trace == null ? TraceContext.NONE : trace;
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
