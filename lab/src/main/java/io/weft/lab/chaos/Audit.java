package io.weft.lab.chaos;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import io.weft.lab.chaos.Comparison.CreditRow;
import io.weft.lab.chaos.Comparison.OrderRow;
import io.weft.lab.chaos.FailoverClient.Request;
import io.weft.lab.chaos.Ledger.Entry;
import io.weft.mesh.time.Time;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Reads orders and credit at the end of row 6, from the database and over the API, and has them
 * compared. For one event loop.
 */
final class Audit {
  /** Orders on their way, and events that nobody has moved into the log yet. */
  private static final String UNSETTLED =
      """
      select (select count(*) from orders.orders where status in ('PENDING', 'CANCELLING'))
        + (select count(*) from orders.outbox)
      """;

  private static final String ORDERS =
      """
      select o.id, o.user_id, o.status, o.reason, o.currency, o.total, o.note, o.inbox_key,
        (select count(*) from orders.order_lines l where l.order_id = o.id) as lines,
        (select coalesce(sum(l.total), 0)::bigint from orders.order_lines l
          where l.order_id = o.id) as summed
      from orders.orders o where o.id > $1 order by o.id limit $2
      """;

  private static final String USERS =
      """
      select u.id, u.reserved,
        (select coalesce(sum(r.amount), 0)::bigint from users.reservations r
          where r.user_id = u.id and r.status = 'HELD') as held
      from users.users u where u.id > $1 order by u.id limit $2
      """;

  private final Pool database;
  private final FailoverClient client;
  private final Time time;
  private final Ledger ledger;
  private final Customers customers;
  private final Comparison comparison;
  private long unsettled;

  Audit(
      Pool database,
      FailoverClient client,
      Time time,
      Ledger ledger,
      Customers customers,
      Comparison comparison) {
    this.database = database;
    this.client = client;
    this.time = time;
    this.ledger = ledger;
    this.customers = customers;
    this.comparison = comparison;
  }

  /** Returns how much is still on its way after all the time that it was given. */
  long unsettled() {
    return unsettled;
  }

  /** Reads everything. */
  Future<Void> run() {
    long untilNanos = time.ticker().nanos() + ChaosLimits.SETTLED_MAX.toNanos();
    return settled(untilNanos)
        .compose(done -> orders(new UUID(0, 0)))
        .compose(
            done -> {
              comparison.missing();
              return users(new UUID(0, 0));
            })
        .compose(done -> api());
  }

  private Future<Void> settled(long untilNanos) {
    return database
        .query(UNSETTLED)
        .execute()
        .compose(
            rows -> {
              unsettled = rows.iterator().next().getLong(0);
              if (unsettled == 0 || time.ticker().nanos() - untilNanos >= 0) {
                return Future.succeededFuture();
              }
              Promise<Void> waited = Promise.promise();
              time.timers().after(ChaosLimits.SETTLED_LOOK, waited::complete);
              return waited.future().compose(again -> settled(untilNanos));
            });
  }

  private Future<Void> orders(UUID after) {
    return page(ORDERS, after)
        .compose(
            rows -> {
              var last = after;
              for (var row : rows) {
                comparison.order(order(row));
                last = row.getUUID("id");
              }
              return rows.size() < ChaosLimits.AUDIT_ROWS ? Future.succeededFuture() : orders(last);
            });
  }

  private Future<RowSet<Row>> page(String query, UUID after) {
    return database.preparedQuery(query).execute(Tuple.of(after, ChaosLimits.AUDIT_ROWS));
  }

  private static OrderRow order(Row row) {
    return new OrderRow(
        row.getUUID("id").toString(),
        row.getUUID("user_id").toString(),
        row.getString("status"),
        row.getString("reason"),
        row.getString("currency"),
        row.getLong("total"),
        row.getString("note"),
        row.getString("inbox_key"),
        row.getLong("lines"),
        row.getLong("summed"));
  }

  private Future<Void> users(UUID after) {
    return page(USERS, after)
        .compose(
            rows -> {
              var last = after;
              for (var row : rows) {
                last = row.getUUID("id");
                comparison.credit(
                    new CreditRow(last.toString(), row.getLong("reserved"), row.getLong("held")));
              }
              return rows.size() < ChaosLimits.AUDIT_ROWS ? Future.succeededFuture() : users(last);
            });
  }

  /** As many customers at a time as do not drown the nodes. */
  private Future<Void> api() {
    var expected = new HashMap<String, Map<String, Entry>>();
    for (var entry : ledger.entries()) {
      var user = customers.user(entry);
      if (user != null && entry.id() != null) {
        expected.computeIfAbsent(user, u -> new HashMap<>()).put(entry.id(), entry);
      }
    }
    var all = expected.entrySet().iterator();
    var reading = new ArrayList<Future<Void>>();
    for (int i = 0; i < ChaosLimits.AUDIT_AT_A_TIME; i++) {
      reading.add(next(all));
    }
    return Future.all(reading).mapEmpty();
  }

  private Future<Void> next(Iterator<Map.Entry<String, Map<String, Entry>>> all) {
    if (!all.hasNext()) {
      return Future.succeededFuture();
    }
    var each = all.next();
    return listed(each.getKey(), null, each.getValue())
        .compose(done -> credit(each.getKey()))
        .compose(done -> next(all));
  }

  private Future<Void> listed(String user, @Nullable String cursor, Map<String, Entry> missing) {
    var path = "/v1/orders?limit=" + ChaosLimits.PAGE + "&userId=" + user;
    return client
        .insist(Request.get(cursor == null ? path : path + "&cursor=" + cursor))
        .compose(
            page -> {
              for (var item : page.getJsonArray("items")) {
                var order = (JsonObject) item;
                comparison.listed(missing.remove(order.getString("id")), user, order);
              }
              var next = page.getString("next");
              if (next != null) {
                return listed(user, next, missing);
              }
              missing.values().forEach(comparison::unlisted);
              return Future.succeededFuture();
            });
  }

  private Future<Void> credit(String user) {
    return client
        .insist(Request.get("/v1/users/" + user))
        .map(
            there -> {
              comparison.told(user, there.getJsonObject("credit").getLong("reserved"));
              return null;
            });
  }
}
