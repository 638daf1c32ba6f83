package io.weft.mesh.server;

import io.weft.mesh.Priority;
import org.jspecify.annotations.Nullable;

/**
 * The requests that wait to run: those that matter more first, and among equals those that came
 * first.
 *
 * <p>For one event loop.
 */
final class WaitingLine {
  private final Tickets[] byPriority = new Tickets[Priority.values().length];
  private int size;

  WaitingLine() {
    for (int i = 0; i < byPriority.length; i++) {
      byPriority[i] = new Tickets();
    }
  }

  int size() {
    return size;
  }

  /** Returns how many wait that a newcomer of a priority would have to wait for. */
  int ahead(Priority priority) {
    int ahead = 0;
    for (int i = 0; i <= rank(priority); i++) {
      ahead += byPriority[i].size();
    }
    return ahead;
  }

  void add(Ticket ticket) {
    list(ticket).add(ticket);
    size++;
  }

  /** Returns the ticket whose turn is next, or null when none waits. */
  @Nullable Ticket first() {
    for (var tickets : byPriority) {
      if (tickets.first() != null) {
        return tickets.first();
      }
    }
    return null;
  }

  /** Returns the ticket that would wait longest and matters less than a priority, or null. */
  @Nullable Ticket lastBelow(Priority priority) {
    for (int i = byPriority.length - 1; i > rank(priority); i--) {
      if (byPriority[i].last() != null) {
        return byPriority[i].last();
      }
    }
    return null;
  }

  /** Returns a ticket whose deadline has passed, of those that have waited longest; or null. */
  @Nullable Ticket firstExpired(long nowNanos) {
    for (var tickets : byPriority) {
      var oldest = tickets.first();
      if (oldest != null && nowNanos - oldest.request().deadline().atNanos() >= 0) {
        return oldest;
      }
    }
    return null;
  }

  void remove(Ticket ticket) {
    list(ticket).remove(ticket);
    size--;
  }

  private Tickets list(Ticket ticket) {
    return byPriority[rank(ticket.request().priority())];
  }

  private static int rank(Priority priority) {
    return switch (priority) {
      case CRITICAL -> 0;
      case NORMAL -> 1;
      case SHEDDABLE -> 2;
    };
  }
}
