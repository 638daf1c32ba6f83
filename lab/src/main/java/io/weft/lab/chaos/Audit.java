package io.weft.lab.chaos;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import io.weft.lab.chaos.FailoverClient.Request;
import io.weft.lab.chaos.Findings.Kind;
import io.weft.lab.chaos.Ledger.Entry;
import io.weft.lab.chaos.Ledger.Told;
import io.weft.mesh.time.Time;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The end of row 6: what the client was told, held against the rows of the database and against
 * what the API tells. For one event loop.
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
        (select sum(l.total)::bigint from orders.order_lines l where l.order_id = o.id) as summed
      from orders.orders o where o.id > $1 order by o.id limit $2
      """;

  private static final String USERS =
      """
      select u.id, u.reserved, u.credit_limit,
        (select coalesce(sum(r.amount), 0)::bigint from users.reservations r
          where r.user_id = u.id and r.status = 'HELD') as held
      from users.users u where u.id > $1 order by u.id limit $2
      """;

  private final Pool database;
  private final FailoverClient client;
  private final Time time;
  private final Ledger ledger;
  private final Customers customers;
  private final Findings findings;
  private final BitSet there = new BitSet();
  private final Map<String, Long> confirmed = new HashMap<>();
  private long unsettled;
  private long off;
  private long reserved;

  Audit(
      Pool database,
      FailoverClient client,
      Time time,
      Ledger ledger,
      Customers customers,
      Findings findings) {
    this.database = database;
    this.client = client;
    this.time = time;
    this.ledger = ledger;
    this.customers = customers;
    this.findings = findings;
  }

  /** Returns how many orders are still on their way after all the time that they were given. */
  long unsettled() {
    return unsettled;
  }

  /**
   * Returns by how much credit that is held and orders that are confirmed differ, over all users.
   */
  long off() {
    return off;
  }

  /** Returns how much credit is held. */
  long reserved() {
    return reserved;
  }

  /** Reads everything, and takes note of what differs. */
  Future<Void> run() {
    long untilNanos = time.ticker().nanos() + ChaosLimits.SETTLED_MAX.toNanos();
    return settled(untilNanos)
        .compose(done -> orders(new UUID(0, 0)))
        .map(done -> missing())
        .compose(done -> users(new UUID(0, 0)))
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
                order(row);
                last = row.getUUID("id");
              }
              return rows.size() < ChaosLimits.AUDIT_ROWS ? Future.succeededFuture() : orders(last);
            });
  }

  private Future<RowSet<Row>> page(String query, UUID after) {
    return database.preparedQuery(query).execute(Tuple.of(after, ChaosLimits.AUDIT_ROWS));
  }

  private void order(Row row) {
    var user = row.getUUID("user_id").toString();
    if (row.getString("status").equals("CONFIRMED")) {
      confirmed.merge(user, row.getLong("total"), Long::sum);
    }
    var entry = ledger.named(row.getString("note"));
    if (entry == null) {
      findings.add(Kind.DOUBLED, "nobody was told of " + row.toJson());
    } else if (there.get(entry.number())) {
      findings.add(Kind.DOUBLED, entry + " is also " + row.toJson());
    } else {
      there.set(entry.number());
      compare(entry, row, user);
    }
  }

  private void compare(Entry entry, Row row, String user) {
    var wanted = ledger.wanted(entry);
    boolean same =
        row.getUUID("id").toString().equals(entry.id())
            && user.equals(user(entry))
            && row.getString("status").equals(entry.told().name())
            && row.getString("currency").equals(Wanted.CURRENCY)
            && row.getLong("total") == wanted.total()
            && row.getString("inbox_key").equals(entry.key())
            && row.getLong("lines") == wanted.lines().size()
            && row.getLong("summed") == wanted.total()
            && (entry.told() == Told.CANCELLED
                || Objects.equals(row.getString("reason"), entry.reason()));
    if (!same) {
      findings.add(kind(entry), entry + " is " + row.toJson());
    }
  }

  private static Kind kind(Entry entry) {
    return switch (entry.told()) {
      case NOTHING, PENDING -> Kind.UNANSWERED;
      case REFUSED, REJECTED -> Kind.REFUSED;
      case CONFIRMED, CANCELLED -> Kind.LOST;
    };
  }

  private @Nullable String user(Entry entry) {
    return customers.all().get(entry.customer()).id().result();
  }

  /** What the client knows of and the database does not. */
  private Void missing() {
    for (var entry : ledger.entries()) {
      if (entry.told() == Told.NOTHING || entry.told() == Told.PENDING) {
        findings.add(Kind.UNANSWERED, entry.toString());
      }
      if (entry.acknowledged() && !there.get(entry.number())) {
        findings.add(kind(entry), entry + " is not there");
      }
    }
    return null;
  }

  private Future<Void> users(UUID after) {
    return page(USERS, after)
        .compose(
            rows -> {
              var last = after;
              for (var row : rows) {
                credit(row);
                last = row.getUUID("id");
              }
              return rows.size() < ChaosLimits.AUDIT_ROWS ? Future.succeededFuture() : users(last);
            });
  }

  private void credit(Row row) {
    long orders = confirmed.getOrDefault(row.getUUID("id").toString(), 0L);
    long held = row.getLong("held");
    reserved += row.getLong("reserved");
    off += Math.abs(row.getLong("reserved") - orders) + Math.abs(held - orders);
  }

  /** As many customers at a time as do not drown the nodes. */
  private Future<Void> api() {
    var reading = new ArrayList<Future<Void>>();
    var expected = new HashMap<String, Map<String, Entry>>();
    for (var entry : ledger.entries()) {
      var user = user(entry);
      if (user != null && entry.id() != null) {
        expected.computeIfAbsent(user, u -> new HashMap<>()).put(entry.id(), entry);
      }
    }
    var all = expected.entrySet().iterator();
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
    var path = "/v1/orders?limit=100&userId=" + user;
    return client
        .insist(Request.get(cursor == null ? path : path + "&cursor=" + cursor))
        .compose(
            page -> {
              for (var item : page.getJsonArray("items")) {
                compare(user, (JsonObject) item, missing);
              }
              var next = page.getString("next");
              if (next != null) {
                return listed(user, next, missing);
              }
              missing.values().forEach(entry -> findings.add(Kind.API, entry + " is not listed"));
              return Future.succeededFuture();
            });
  }

  private void compare(String user, JsonObject order, Map<String, Entry> missing) {
    var entry = missing.remove(order.getString("id"));
    if (entry == null
        || !entry.told().name().equals(order.getString("status"))
        || !ledger.wanted(entry).isIn(order, user)) {
      findings.add(Kind.API, entry + " is listed as " + order.encode());
    }
  }

  private Future<Void> credit(String user) {
    return client
        .insist(Request.get("/v1/users/" + user))
        .map(
            there -> {
              long told = there.getJsonObject("credit").getLong("reserved");
              long orders = confirmed.getOrDefault(user, 0L);
              if (told != orders) {
                findings.add(
                    Kind.API, "user %s has %d reserved, not %d".formatted(user, told, orders));
              }
              return null;
            });
  }
}
