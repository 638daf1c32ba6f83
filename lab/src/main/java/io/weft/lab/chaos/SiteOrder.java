package io.weft.lab.chaos;

import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One order that was placed at one site, and all that its client was told of it. For one event
 * loop.
 */
final class SiteOrder {
  /** What a client may count on. */
  static final String CONFIRMED = "CONFIRMED";

  static final String REJECTED = "REJECTED";

  private final int number;
  private final String site;
  private final String user;
  private final String note;
  private final Wanted wanted;
  private final List<String> told = new ArrayList<>();
  private @Nullable String id;
  private @Nullable String reason;
  private @Nullable String refusal;

  SiteOrder(int number, String site, String user, String note, long seed) {
    this.number = number;
    this.site = site;
    this.user = user;
    this.note = note;
    wanted = Wanted.of(note, seed);
  }

  String site() {
    return site;
  }

  String user() {
    return user;
  }

  String note() {
    return note;
  }

  Wanted wanted() {
    return wanted;
  }

  /** Takes note of an answer; says what is wrong with it, or returns null. */
  @Nullable String heard(JsonObject order) {
    var said = order.getString("id");
    var status = order.getString("status");
    String before = last();
    if (id == null) {
      id = said;
    }
    if (!status.equals(before)) {
      told.add(status);
    }
    reason = order.getString("reason");
    if (REJECTED.equals(status) && reason == null) {
      return this + " was rejected without a reason";
    }
    if (CONFIRMED.equals(before) && !CONFIRMED.equals(status)) {
      return this + " was promised, and then " + order.encode();
    }
    return REJECTED.equals(before) && !REJECTED.equals(status)
        ? this + " was rejected, and then " + order.encode()
        : null;
  }

  /** Takes note of being refused: there is no such order, and never was. */
  void refused(String code) {
    refusal = code;
  }

  /** Returns for what it was refused, or null when it was not. */
  @Nullable String refusal() {
    return refusal;
  }

  /** Returns why it was rejected, or null when it was not. */
  @Nullable String reason() {
    return reason;
  }

  /** Returns the order's id, or null when the client was not told. */
  @Nullable String id() {
    return id;
  }

  /** Returns whether it was taken, and what becomes of it is not known. */
  boolean open() {
    var last = last();
    return last != null && !CONFIRMED.equals(last) && !REJECTED.equals(last);
  }

  /** Returns whether the client may count on its being there. */
  boolean acknowledged() {
    return id != null;
  }

  /** Returns what the client was told last; null before it was told anything. */
  @Nullable String last() {
    return told.isEmpty() ? null : told.get(told.size() - 1);
  }

  /** Returns whether it was taken without being promised at first. */
  boolean provisional() {
    return told.contains("PROVISIONAL");
  }

  @Override
  public String toString() {
    return "order %d at %s (%s, told %s)".formatted(number, site, id, told);
  }
}
