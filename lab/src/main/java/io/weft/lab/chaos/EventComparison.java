package io.weft.lab.chaos;

import io.vertx.core.json.JsonObject;
import io.weft.lab.chaos.Findings.Kind;
import io.weft.lab.chaos.Ledger.Entry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The log of events as it is read, one by one from the first, held against what the client was told
 * of its orders, and against what readers of events saw. For one event loop.
 */
final class EventComparison {
  private final Ledger ledger;
  private final Findings findings;
  private final Map<String, Entry> entries = new HashMap<>();
  private final Map<String, String> topics = new HashMap<>();
  private final Map<String, List<Long>> positions = new HashMap<>();
  private long last;

  /**
   * An event as the log has it.
   *
   * @param order of which it tells
   * @param owner whose order it is
   */
  record EventRow(long position, String topic, String order, String owner, JsonObject body) {}

  EventComparison(Ledger ledger, Findings findings) {
    this.ledger = ledger;
    this.findings = findings;
    for (var entry : ledger.entries()) {
      if (entry.id() != null) {
        entries.put(entry.id(), entry);
      }
    }
  }

  /** Keeps where in the log the events of a user are. */
  void follow(String user) {
    positions.put(user, new ArrayList<>());
  }

  /** Returns where in the log the events of a user are who is followed, of those compared. */
  List<Long> logged(String user) {
    return positions.getOrDefault(user, List.of());
  }

  /** Returns the position of the last event that was compared. */
  long last() {
    return last;
  }

  /** Compares the next event. */
  void event(EventRow row) {
    if (row.position() != last + 1) {
      findings.add(Kind.EVENTS, "positions go from %d to %d".formatted(last, row.position()));
    }
    last = row.position();
    topics.merge(row.order(), row.topic(), (before, topic) -> before + " " + topic);
    if (positions.containsKey(row.owner())) {
      positions.get(row.owner()).add(row.position());
    }
    var entry = entries.get(row.order());
    if (entry == null
        || !row.order().equals(row.body().getString("orderId"))
        || !row.owner().equals(row.body().getString("userId"))
        || row.body().getLong("total") != ledger.wanted(entry).total()) {
      findings.add(Kind.EVENTS, "of no order: " + row);
    }
  }

  /** Finds orders whose events are not those of what became of them, once all are compared. */
  void orders() {
    for (var entry : ledger.entries()) {
      var expected = expected(entry);
      var there = topics.get(String.valueOf(entry.id()));
      if (expected != null && !expected.equals(there)) {
        findings.add(Kind.EVENTS, entry + " has the events " + there);
      }
    }
  }

  private static @Nullable String expected(Entry entry) {
    return switch (entry.told()) {
      case CONFIRMED -> "orders.placed orders.confirmed";
      case REJECTED -> "orders.placed orders.rejected";
      case CANCELLED -> "orders.placed orders.confirmed orders.cancelled";
      case NOTHING, PENDING, REFUSED -> null; // Found as such already.
    };
  }

  /**
   * Compares what a reader saw with the log.
   *
   * @param whole whether it must have seen all of it, or the first part
   */
  void read(String user, List<Long> seen, boolean whole, String standing) {
    var logged = logged(user);
    var expected = whole ? logged : logged.subList(0, Math.min(logged.size(), seen.size()));
    if (!seen.equals(expected)) {
      findings.add(
          Kind.READ, "of user %s: %s, logged %s; %s".formatted(user, seen, logged, standing));
    }
  }
}
