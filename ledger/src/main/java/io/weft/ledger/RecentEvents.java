package io.weft.ledger;

import io.weft.mesh.Event;
import org.jspecify.annotations.Nullable;

/**
 * The latest events of a log, without gaps, as many as there is room for.
 *
 * <p>For one context.
 */
final class RecentEvents {
  private final @Nullable Event[] ring;
  private final long maxBytes;
  private long first = 1;
  private long last;
  private long bytes;

  /** Creates an empty ring for some events and for some bytes of bodies, whichever is less. */
  RecentEvents(int maxEvents, long maxBytes) {
    ring = new Event[maxEvents];
    this.maxBytes = maxBytes;
  }

  /** Returns the position of the last event that was taken in or passed over. */
  long last() {
    return last;
  }

  /** Returns whether every event after a position, up to {@link #last}, is here. */
  boolean follow(long position) {
    return position >= first - 1;
  }

  /** Returns the event at a position from the first one here to the last. */
  Event at(long position) {
    Event event = position < first || position > last ? null : ring[place(position)];
    if (event == null) {
      throw new IllegalArgumentException(
          "position: " + position + " (expected: " + first + " to " + last + ")");
    }
    return event;
  }

  /** Forgets everything; the next event is expected after a position. */
  void restart(long after) {
    while (first <= last) {
      dropFirst();
    }
    first = after + 1;
    last = after;
  }

  /** Adds the next event. */
  void add(Event event) {
    if (event.position() != last + 1) {
      throw new IllegalArgumentException(
          "position: " + event.position() + " (expected: " + (last + 1) + ")");
    }
    if (last - first + 1 == ring.length) {
      dropFirst();
    }
    last = event.position();
    ring[place(last)] = event;
    bytes += event.body().length();
    while (bytes > maxBytes && first < last) {
      dropFirst();
    }
  }

  private void dropFirst() {
    bytes -= at(first).body().length();
    ring[place(first)] = null;
    first++;
  }

  private int place(long position) {
    return (int) (position % ring.length);
  }
}
