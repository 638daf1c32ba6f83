package io.weft.mesh.server;

import org.jspecify.annotations.Nullable;

/**
 * Tickets in the order in which they came, from which any may be taken out.
 *
 * <p>A ticket stands in one list at a time. For one event loop.
 */
final class Tickets {
  private @Nullable Ticket first;
  private @Nullable Ticket last;
  private int size;

  int size() {
    return size;
  }

  @Nullable Ticket first() {
    return first;
  }

  @Nullable Ticket last() {
    return last;
  }

  void add(Ticket ticket) {
    ticket.previous(last);
    if (last == null) {
      first = ticket;
    } else {
      last.next(ticket);
    }
    last = ticket;
    size++;
  }

  /** Takes a ticket out that stands in here. */
  void remove(Ticket ticket) {
    var before = ticket.previous();
    var after = ticket.next();
    if (before == null) {
      first = after;
    } else {
      before.next(after);
    }
    if (after == null) {
      last = before;
    } else {
      after.previous(before);
    }
    ticket.previous(null);
    ticket.next(null);
    size--;
  }
}
