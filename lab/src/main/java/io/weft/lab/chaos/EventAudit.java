package io.weft.lab.chaos;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import io.weft.lab.chaos.Findings.Kind;
import io.weft.lab.chaos.Ledger.Entry;
import io.weft.mesh.time.Time;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The events of orders at the end of row 6: in the log each once and in order, as the client was
 * told of the orders; and what readers saw, held against the log. For one event loop.
 */
final class EventAudit {
  private static final String EVENTS =
      """
      select position, topic, aggregate, owner, body from orders.events
      where position > $1 order by position limit $2
      """;

  private final Pool database;
  private final Time time;
  private final Ledger ledger;
  private final EventReaders readers;
  private final Findings findings;
  private final Map<String, Entry> entries = new HashMap<>();
  private final Map<String, String> topics = new HashMap<>();
  private final Map<String, List<Long>> positions = new HashMap<>();
  private long last;
  private long seen;

  EventAudit(Pool database, Time time, Ledger ledger, EventReaders readers, Findings findings) {
    this.database = database;
    this.time = time;
    this.ledger = ledger;
    this.readers = readers;
    this.findings = findings;
  }

  /** Returns how many events are in the log. */
  long logged() {
    return last;
  }

  /** Returns how many events readers have seen. */
  long seen() {
    return seen;
  }

  /** Reads the log, and takes note of what differs. */
  Future<Void> run() {
    for (var entry : ledger.entries()) {
      if (entry.id() != null) {
        entries.put(entry.id(), entry);
      }
    }
    readers.reading().forEach(reader -> positions.put(reader.user(), new ArrayList<>()));
    readers.ended().forEach(reader -> positions.put(reader.user(), new ArrayList<>()));
    long untilNanos = time.ticker().nanos() + ChaosLimits.SETTLED_MAX.toNanos();
    return events()
        .map(done -> compareOrders())
        .compose(done -> readersHaveSeenAll(untilNanos))
        .map(done -> compareReaders());
  }

  private Future<Void> events() {
    return database
        .preparedQuery(EVENTS)
        .execute(Tuple.of(last, ChaosLimits.AUDIT_ROWS))
        .compose(
            rows -> {
              rows.forEach(this::event);
              return rows.size() < ChaosLimits.AUDIT_ROWS ? Future.succeededFuture() : events();
            });
  }

  private void event(Row row) {
    long position = row.getLong("position");
    if (position != last + 1) {
      findings.add(Kind.EVENTS, "positions jump from %d to %d".formatted(last, position));
    }
    last = position;
    var order = row.getString("aggregate");
    var owner = row.getString("owner");
    topics.merge(order, row.getString("topic"), (before, topic) -> before + " " + topic);
    if (positions.containsKey(owner)) {
      positions.get(owner).add(position);
    }
    var body = new JsonObject(row.getBuffer("body"));
    var entry = entries.get(order);
    if (entry == null
        || !order.equals(body.getString("orderId"))
        || !owner.equals(body.getString("userId"))
        || body.getLong("total") != ledger.wanted(entry).total()) {
      findings.add(Kind.EVENTS, "of order %s: %s".formatted(order, body.encode()));
    }
  }

  private Void compareOrders() {
    for (var entry : ledger.entries()) {
      var expected = expected(entry);
      var there = topics.get(String.valueOf(entry.id()));
      if (expected != null && !expected.equals(there)) {
        findings.add(Kind.EVENTS, entry + ": " + there);
      }
    }
    return null;
  }

  private static @Nullable String expected(Entry entry) {
    return switch (entry.told()) {
      case CONFIRMED -> "orders.placed orders.confirmed";
      case REJECTED -> "orders.placed orders.rejected";
      case CANCELLED -> "orders.placed orders.confirmed orders.cancelled";
      case NOTHING, PENDING, REFUSED -> null; // Found as such already.
    };
  }

  private Future<Void> readersHaveSeenAll(long untilNanos) {
    boolean all =
        readers.reading().stream()
            .allMatch(reader -> reader.seen().size() >= logged(reader).size());
    if (all || time.ticker().nanos() - untilNanos >= 0) {
      return Future.succeededFuture();
    }
    Promise<Void> waited = Promise.promise();
    time.timers().after(ChaosLimits.SETTLED_LOOK, waited::complete);
    return waited.future().compose(again -> readersHaveSeenAll(untilNanos));
  }

  private List<Long> logged(EventReader reader) {
    return positions.getOrDefault(reader.user(), List.of());
  }

  private Void compareReaders() {
    readers.reading().forEach(reader -> compare(reader, logged(reader)));
    for (var reader : readers.ended()) {
      var logged = logged(reader);
      compare(reader, logged.subList(0, Math.min(logged.size(), reader.seen().size())));
    }
    return null;
  }

  private void compare(EventReader reader, List<Long> logged) {
    seen += reader.seen().size();
    if (!reader.seen().equals(logged)) {
      findings.add(
          Kind.READ, "of user %s: %s, logged %s".formatted(reader.user(), reader.seen(), logged));
    }
  }
}
