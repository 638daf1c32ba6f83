package io.weft.lab.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What happened in a world: the last events to read, and a hash of all of them.
 *
 * <p>Two runs of one seed have the same hash, or the world is not a function of its seed. Events
 * are made text only when somebody reads them.
 */
final class EventLog {
  private static final long MIX = 0x9E37_79B9_7F4A_7C15L;

  private final Event[] recent;
  private final @Nullable Consumer<String> reader;
  private long count;
  private long hash;

  private record Event(long nanos, String what, String who, String whom, long number) {
    @Override
    public String toString() {
      return String.format(
          "%,15d us  %-14s %s%s%s",
          nanos / 1_000,
          what,
          who,
          whom.isEmpty() ? "" : " -> " + whom,
          number == 0 ? "" : " #" + number);
    }
  }

  /**
   * Creates an empty log.
   *
   * @param kept how many events can be read afterwards
   * @param reader who is told of each as it happens, or null
   */
  EventLog(int kept, @Nullable Consumer<String> reader) {
    recent = new Event[kept];
    this.reader = reader;
  }

  /**
   * Adds an event.
   *
   * @param who who did it
   * @param whom to whom it was done, or empty
   * @param number of the call, or 0
   */
  void add(long nanos, String what, String who, String whom, long number) {
    var event = new Event(nanos, what, who, whom, number);
    recent[(int) (count++ % recent.length)] = event;
    if (reader != null) {
      reader.accept(event.toString());
    }
    mix(nanos);
    mix(what.hashCode());
    mix(who.hashCode());
    mix(whom.hashCode());
    mix(number);
  }

  private void mix(long value) {
    long mixed = (hash ^ value) * MIX;
    hash = mixed ^ (mixed >>> 29);
  }

  /** Returns the hash of everything that happened. */
  long hash() {
    return hash;
  }

  /** Returns how many events there were. */
  long count() {
    return count;
  }

  /** Returns the last events, the oldest first, each as a line. */
  List<String> history() {
    var lines = new ArrayList<String>();
    for (long at = Math.max(0, count - recent.length); at < count; at++) {
      lines.add(recent[(int) (at % recent.length)].toString());
    }
    return lines;
  }
}
