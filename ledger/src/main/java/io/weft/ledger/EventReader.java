package io.weft.ledger;

import io.weft.mesh.Event;
import io.weft.mesh.EventQuery;
import java.util.ArrayList;
import java.util.List;

/**
 * One reader of a feed: what it wants, and how far it has come.
 *
 * <p>Belongs to the context of the feed.
 */
final class EventReader {
  private final EventQuery query;
  private final EventStream stream;
  private boolean atFirst;
  private boolean left;
  private long after;

  EventReader(EventQuery query, EventStream stream) {
    this.query = query;
    this.stream = stream;
  }

  EventQuery query() {
    return query;
  }

  /** Returns the position up to which it needs nothing more. */
  long after() {
    return after;
  }

  /** Returns whether it waits for the oldest event that is kept, wherever that is. */
  boolean atFirst() {
    return atFirst;
  }

  boolean left() {
    return left;
  }

  void startAfter(long position) {
    after = position;
  }

  void startAtFirst() {
    atFirst = true;
  }

  void leave() {
    left = true;
  }

  /** Takes note that nothing is for it up to a position. */
  void skipTo(long position) {
    after = Math.max(after, position);
  }

  boolean wants(Event event) {
    return event.position() > after
        && (query.aggregate() == null || query.aggregate().equals(event.aggregate()))
        && (query.owner() == null || query.owner().equals(event.owner()))
        && (query.topics().isEmpty() || query.topics().contains(event.topic()));
  }

  /** Takes from the recent events what is for it, at most {@link LedgerLimits#READER_ROWS}. */
  List<Event> read(RecentEvents recent) {
    var found = new ArrayList<Event>();
    for (long p = after + 1; p <= recent.last() && found.size() < LedgerLimits.READER_ROWS; p++) {
      Event event = recent.at(p);
      if (wants(event)) {
        found.add(event);
      }
      after = p;
    }
    return found;
  }

  /**
   * Returns up to where its next page goes. Without an index that leads to what it wants, that may
   * be rare, it looks through a bounded part of the log.
   */
  long pageEnd(long last) {
    boolean indexed = query.aggregate() != null || query.owner() != null;
    return indexed ? last : Math.min(last, after + LedgerLimits.PAGE_POSITIONS);
  }

  /** Returns whether events that it needs are no longer kept. */
  boolean misses(long first) {
    return !atFirst && after + 1 < first;
  }

  /** Takes note of a page that was read for it. */
  void passed(EventLog.Page page, long upto) {
    atFirst = false;
    List<Event> events = page.events();
    boolean full = events.size() == LedgerLimits.READER_ROWS;
    long read = full ? events.get(events.size() - 1).position() : upto;
    skipTo(Math.max(read, page.first() - 1));
  }

  void give(List<Event> events) {
    stream.give(events);
  }

  void fail(Throwable failure) {
    left = true;
    stream.fail(failure);
  }
}
