package io.weft.lab.order;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import io.weft.lab.LabException;
import io.weft.lab.Said;
import io.weft.lab.Say;
import io.weft.lab.call.Caller;
import io.weft.lab.order.Statements.Service;
import io.weft.lab.order.Statements.Statement;
import io.weft.lab.order.Statements.Transaction;
import io.weft.mesh.time.Rng;
import io.weft.mesh.time.WallClock;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * The same transactions driven straight at PostgreSQL, as fast as it takes them: each transaction
 * is sent as a whole, from BEGIN to COMMIT, without waiting for an answer in between. For one event
 * loop.
 */
final class Ceiling implements Caller {
  private static final String[] SKUS = texts(Purchase.Line::sku);
  private static final String[] NAMES = texts(Purchase.Line::name);
  private static final Long[] QUANTITIES = numbers(Purchase.Line::quantity);
  private static final Long[] PRICES = numbers(Purchase.Line::unitPrice);
  private static final Integer[] DISCOUNTS = new Integer[Purchase.LINES.size()];
  private static final Long[] TOTALS = numbers(Purchase.Line::total);
  private static final int ENCODED_BYTES = 900;

  private final Context context;
  private final List<UUID> users;
  private final Map<Service, Pool> pools = new EnumMap<>(Service.class);
  private final Rng rng = Rng.system();
  private final WallClock clock = WallClock.system();
  private final String run = Purchase.run();

  /** Creates what drives; connections are made with the first orders. */
  Ceiling(Vertx vertx, Context context, PgConnectOptions login, int connections, List<UUID> users) {
    this.context = context;
    this.users = users;
    for (var service : Service.values()) {
      var options =
          new PgConnectOptions(login)
              .setCachePreparedStatements(true)
              .addProperty("search_path", CeilingTables.schema(service));
      pools.put(
          service,
          PgBuilder.pool()
              .with(new PoolOptions().setMaxSize(connections))
              .connectingTo(options)
              .using(vertx)
              .build());
    }
  }

  @Override
  public void call(Say request, Done done) {
    var purchase = Purchase.of(run, users, request.number());
    var order = new Order(rng.uuid(), purchase, fingerprint(), now());
    Future<Void> placed = Future.succeededFuture();
    for (var transaction : Statements.OF_AN_ORDER) {
      placed = placed.compose(before -> run(transaction, order));
    }
    placed.onComplete(
        (nothing, failure) -> done.done(failure == null ? Said.to(request) : null, failure));
  }

  private Future<Void> run(Transaction transaction, Order order) {
    return Objects.requireNonNull(pools.get(transaction.service()))
        .withConnection(connection -> run(connection, transaction, order));
  }

  /** One statement is a transaction by itself. */
  private static Future<Void> run(SqlConnection connection, Transaction transaction, Order order) {
    boolean several = transaction.statements().size() > 1;
    var sent = new ArrayList<Future<?>>();
    if (several) {
      sent.add(connection.query("begin").execute());
    }
    for (var statement : transaction.statements()) {
      sent.add(
          connection
              .preparedQuery(statement.sql())
              .execute(order.values(statement))
              .map(rows -> touched(statement, rows)));
    }
    if (several) {
      sent.add(connection.query("commit").execute());
    }
    return Future.all(sent).mapEmpty();
  }

  private static Void touched(Statement statement, RowSet<Row> rows) {
    if (rows.rowCount() == 0) {
      throw new LabException(statement + " found no row");
    }
    return null;
  }

  private OffsetDateTime now() {
    return clock.now().truncatedTo(ChronoUnit.MICROS).atOffset(ZoneOffset.UTC);
  }

  private Buffer fingerprint() {
    var half = rng.uuid();
    return Buffer.buffer()
        .appendLong(half.getMostSignificantBits())
        .appendLong(half.getLeastSignificantBits())
        .appendLong(half.getLeastSignificantBits())
        .appendLong(half.getMostSignificantBits());
  }

  @Override
  public void execute(Runnable task) {
    context.runOnContext(turn -> task.run());
  }

  Future<?> close() {
    return Future.all(pools.values().stream().map(Pool::close).toList());
  }

  /** What an order's statements are about. */
  private record Order(UUID id, Purchase purchase, Buffer fingerprint, OffsetDateTime at) {
    private String scope() {
      return "orders.place/" + purchase.user();
    }

    private Tuple values(Statement statement) {
      var user = purchase.user();
      return switch (statement) {
        case PLACE ->
            Tuple.of(scope(), purchase.key(), fingerprint, id.toString())
                .addValue(id)
                .addValue(user)
                .addValue(Purchase.CURRENCY)
                .addValue(Purchase.TOTAL)
                .addValue(Purchase.NOTE)
                .addValue(at)
                .addValue(ENCODED_BYTES)
                .addValue(SKUS)
                .addValue(NAMES)
                .addValue(QUANTITIES)
                .addValue(PRICES)
                .addValue(DISCOUNTS)
                .addValue(TOTALS)
                .addValue("orders.placed")
                .addValue(id.toString())
                .addValue(user.toString())
                .addValue(Buffer.buffer(event("PENDING", 1)));
        case RESERVE -> Tuple.of(id, user, Purchase.CURRENCY, Purchase.TOTAL);
        case SETTLE ->
            Tuple.of(id, "PENDING", "CONFIRMED")
                .addValue(null)
                .addValue(at)
                .addValue("orders.confirmed")
                .addValue(id.toString())
                .addValue(user.toString())
                .addValue(Buffer.buffer(event("CONFIRMED", 2)))
                .addValue(scope())
                .addValue(Buffer.buffer(answer()));
      };
    }

    /** As long as the event of a node, field by field. */
    private String event(String status, int version) {
      return "{\"orderId\":\"%s\",\"userId\":\"%s\",\"status\":\"%s\",%s,\"at\":\"%s\"}"
          .formatted(
              id,
              purchase.user(),
              status,
              "\"currency\":\"%s\",\"total\":%d,\"version\":%d"
                  .formatted(Purchase.CURRENCY, Purchase.TOTAL, version),
              at.toInstant());
    }

    /** About as long as the answer of a node. */
    private String answer() {
      return "{\"id\":\"%s\",\"status\":\"CONFIRMED\",\"total\":%d,\"version\":2,%s"
          .formatted(
              id,
              Purchase.TOTAL,
              "\"createdAt\":\"%1$s\",\"updatedAt\":\"%1$s\",".formatted(at.toInstant())
                  + purchase.body().substring(1));
    }
  }

  private static String[] texts(Function<Purchase.Line, String> field) {
    return Purchase.LINES.stream().map(field).toArray(String[]::new);
  }

  private static Long[] numbers(ToLongFunction<Purchase.Line> field) {
    return Purchase.LINES.stream().mapToLong(field).boxed().toArray(Long[]::new);
  }
}
