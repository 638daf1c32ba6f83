package io.weft.lab.chaos;

import io.vertx.core.json.JsonObject;
import io.weft.lab.chaos.FailoverClient.Answer;
import io.weft.mesh.time.Rng;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a client asked for and every answer that it was given, kept outside of all that is harmed.
 * For one event loop.
 */
final class Ledger {
  private final long seed;
  private final String run = Rng.system().uuid().toString();
  private final Findings findings;
  private final List<Entry> entries = new ArrayList<>();
  private long repeated;
  private long clashes;

  /** What the client was told of an order. */
  enum Told {
    NOTHING,
    /** It is there, and not decided on. */
    PENDING,
    CONFIRMED,
    REJECTED,
    CANCELLED,
    /** It was not even looked at. */
    REFUSED
  }

  /** One order: what was asked for follows from its number, the rest is what was answered. */
  static final class Entry {
    private final int number;
    private final int customer;
    private final String key;
    private @Nullable String id;
    private Told told = Told.NOTHING;
    private @Nullable String reason;
    private int answer;

    private Entry(int number, int customer, String key) {
      this.number = number;
      this.customer = customer;
      this.key = key;
    }

    int number() {
      return number;
    }

    int customer() {
      return customer;
    }

    String key() {
      return key;
    }

    /** Returns the order's id, or null when the client was not told. */
    @Nullable String id() {
      return id;
    }

    Told told() {
      return told;
    }

    /** Returns why it was rejected, or null. */
    @Nullable String reason() {
      return reason;
    }

    /** Returns whether the client may count on it. */
    boolean acknowledged() {
      return id != null;
    }

    @Override
    public String toString() {
      return "order %d (%s, key %s, told %s)".formatted(number, id, key, told);
    }
  }

  Ledger(long seed, Findings findings) {
    this.seed = seed;
    this.findings = findings;
  }

  /** Returns a name that nothing of another run has. */
  String run() {
    return run;
  }

  /** Opens the entry of an order that is about to be placed; numbers are given from 0. */
  Entry open(int customer, String key) {
    var entry = new Entry(entries.size(), customer, key);
    entries.add(entry);
    return entry;
  }

  List<Entry> entries() {
    return entries;
  }

  /** Returns how many answers were repetitions. */
  long repeated() {
    return repeated;
  }

  /** Returns how many used keys were tried for other orders. */
  long clashes() {
    return clashes;
  }

  /** Returns what an order is. */
  Wanted wanted(Entry entry) {
    return Wanted.of(run + "-" + entry.number(), seed + entry.number());
  }

  /** Returns another order for the same key. */
  Wanted other(Entry entry) {
    return Wanted.of(run + "-" + entry.number() + "-other", seed + entry.number());
  }

  /** Returns the order that has a note, or null when nobody has asked for it. */
  @Nullable Entry named(@Nullable String note) {
    if (note == null || !note.matches(run + "-[0-9]{1,9}")) {
      return null;
    }
    int number = Integer.parseInt(note.substring(run.length() + 1));
    return number < entries.size() ? entries.get(number) : null;
  }

  /** Takes note of an answer to placing an order. */
  void placed(Entry entry, String user, Answer answer) {
    if (answer.ok()) {
      acknowledged(entry, user, answer.body());
      if (answer.decided()) {
        decided(entry, answer.body());
      }
    } else if (answer.decided()) {
      findings.add(
          entry.acknowledged() ? Findings.Kind.ANSWER : Findings.Kind.REFUSED,
          entry + " was refused: " + answer);
      entry.told = entry.acknowledged() ? entry.told : Told.REFUSED;
    }
  }

  private void acknowledged(Entry entry, String user, JsonObject order) {
    var id = order.getString("id");
    if (entry.id == null) {
      entry.id = id;
      entry.told = Told.PENDING;
    } else if (!entry.id.equals(id)) {
      findings.add(Findings.Kind.ANSWER, entry + " was also told to be " + id);
    }
    if (!wanted(entry).isIn(order, user)) {
      findings.add(Findings.Kind.LOST, entry + " was acknowledged as another: " + order.encode());
    }
  }

  private void decided(Entry entry, JsonObject order) {
    int answer = order.encode().hashCode();
    if (entry.told != Told.PENDING) {
      repeated++;
      if (entry.answer != answer) {
        findings.add(Findings.Kind.ANSWER, entry + " was then answered " + order.encode());
      }
      return;
    }
    entry.answer = answer;
    entry.reason = order.getString("reason");
    entry.told = Told.valueOf(order.getString("status"));
  }

  /** Takes note of an answer to cancelling an order. */
  void cancelled(Entry entry, Answer answer) {
    if (!answer.decided()) {
      return;
    }
    boolean possible = entry.told == Told.CONFIRMED || entry.told == Told.CANCELLED;
    if (answer.ok() && possible) {
      entry.told = Told.CANCELLED;
    } else if (answer.ok() || possible || !answer.code().equals("order.not_cancellable")) {
      findings.add(Findings.Kind.ANSWER, entry + " was to be cancelled: " + answer);
    }
  }

  /** Takes note of the answer to another order with the key of this one. */
  void clashed(Entry entry, Answer answer) {
    if (answer.decided()) {
      clashes++;
      if (!answer.code().equals("order.key_reused")) {
        findings.add(Findings.Kind.KEY, entry + ", another with its key: " + answer);
      }
    }
  }
}
