package io.weft.lab.chaos;

import io.vertx.core.json.JsonObject;
import io.weft.lab.chaos.Findings.Kind;
import io.weft.lab.chaos.Ledger.Entry;
import io.weft.lab.chaos.Ledger.Told;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the client was told, held against what is there: orders and credit as they are read, one by
 * one, and then what was not among them. For one event loop.
 */
final class Comparison {
  private final Ledger ledger;
  private final Function<Entry, @Nullable String> users;
  private final Findings findings;
  private final BitSet there = new BitSet();
  private final Map<String, Long> confirmed = new HashMap<>();
  private long off;
  private long reserved;

  /**
   * An order as the database has it.
   *
   * @param lines how many it has
   * @param summed what they come to
   */
  record OrderRow(
      String id,
      String user,
      String status,
      @Nullable String reason,
      String currency,
      long total,
      @Nullable String note,
      String key,
      long lines,
      long summed) {}

  /**
   * A user's credit as the database has it.
   *
   * @param reserved as the account says
   * @param held as its reservations say
   */
  record CreditRow(String user, long reserved, long held) {}

  /**
   * Creates one that has compared nothing.
   *
   * @param users says whose order it is
   */
  Comparison(Ledger ledger, Function<Entry, @Nullable String> users, Findings findings) {
    this.ledger = ledger;
    this.users = users;
    this.findings = findings;
  }

  /** Returns by how much held credit and confirmed orders differ, over all users. */
  long off() {
    return off;
  }

  /** Returns how much credit is held. */
  long reserved() {
    return reserved;
  }

  /** Returns what the confirmed orders of a user come to, of those compared. */
  long confirmed(String user) {
    return confirmed.getOrDefault(user, 0L);
  }

  /** Compares an order. */
  void order(OrderRow row) {
    if (row.status().equals(Told.CONFIRMED.name())) {
      confirmed.merge(row.user(), row.total(), Long::sum);
    }
    var entry = ledger.named(row.note());
    if (entry == null) {
      findings.add(Kind.DOUBLED, "nobody was told of " + row);
    } else if (there.get(entry.number())) {
      findings.add(Kind.DOUBLED, entry + " is also " + row);
    } else {
      there.set(entry.number());
      if (!same(entry, row)) {
        findings.add(kind(entry), entry + " is " + row);
      }
    }
  }

  private boolean same(Entry entry, OrderRow row) {
    var wanted = ledger.wanted(entry);
    return row.id().equals(entry.id())
        && row.user().equals(users.apply(entry))
        && row.status().equals(entry.told().name())
        && row.currency().equals(Wanted.CURRENCY)
        && row.total() == wanted.total()
        && row.key().equals(entry.key())
        && row.lines() == wanted.lines().size()
        && row.summed() == wanted.total()
        && Objects.equals(row.reason(), entry.reason());
  }

  private static Kind kind(Entry entry) {
    return switch (entry.told()) {
      case NOTHING, PENDING -> Kind.UNANSWERED;
      case REFUSED, REJECTED -> Kind.REFUSED;
      case CONFIRMED, CANCELLED -> Kind.LOST;
    };
  }

  /** Finds what the client knows of and no order was, once all are compared. */
  void missing() {
    for (var entry : ledger.entries()) {
      if (entry.told() == Told.NOTHING || entry.told() == Told.PENDING) {
        findings.add(Kind.UNANSWERED, entry.toString());
      }
      if (entry.acknowledged() && !there.get(entry.number())) {
        findings.add(kind(entry), entry + " is not there");
      }
    }
  }

  /** Compares a user's credit, once all orders are compared. */
  void credit(CreditRow row) {
    long orders = confirmed(row.user());
    reserved += row.reserved();
    off += Math.abs(row.reserved() - orders) + Math.abs(row.held() - orders);
  }

  /** Compares an order that the API lists with the entry of its id. */
  void listed(@Nullable Entry entry, String user, JsonObject order) {
    if (entry == null
        || !entry.told().name().equals(order.getString("status"))
        || !ledger.wanted(entry).isIn(order, user)) {
      findings.add(Kind.API, entry + " is listed as " + order.encode());
    }
  }

  /** Finds an order that the API does not list. */
  void unlisted(Entry entry) {
    findings.add(Kind.API, entry + " is not listed");
  }

  /** Compares the credit that the API tells of, once all orders are compared. */
  void told(String user, long told) {
    if (told != confirmed(user)) {
      findings.add(
          Kind.API, "user %s has %d reserved, not %d".formatted(user, told, confirmed(user)));
    }
  }
}
