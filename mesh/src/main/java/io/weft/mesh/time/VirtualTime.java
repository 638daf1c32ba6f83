package io.weft.mesh.time;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * A hand-moved clock with its timers, for tests and simulation.
 *
 * <p>Nothing happens until {@link #advance} is called; then every task that falls due runs, in the
 * order of its due time and, within one instant, in the order in which it was scheduled. For one
 * thread.
 */
public final class VirtualTime implements Ticker, Timers, WallClock {
  private final PriorityQueue<Task> tasks =
      new PriorityQueue<>(Comparator.comparingLong(Task::dueNanos).thenComparingLong(Task::order));
  private final Rng rng;
  private long nowNanos;
  private long scheduled;

  private record Task(long dueNanos, long order, Runnable body) {}

  /** Creates a clock that stands at zero, with chance from a seed. */
  public VirtualTime(long seed) {
    rng = Rng.seeded(seed);
  }

  /** Returns this clock, its timers and its chance as one value. */
  public Time time() {
    return new Time(this, this, rng, this);
  }

  @Override
  public long nanos() {
    return nowNanos;
  }

  @Override
  public Instant now() {
    return Instant.EPOCH.plusNanos(nowNanos);
  }

  @Override
  public Handle after(Duration delay, Runnable body) {
    var task = new Task(nowNanos + delay.toNanos(), scheduled++, body);
    tasks.add(task);
    return () -> tasks.remove(task);
  }

  /** Moves the clock forward and runs what falls due on the way. */
  public void advance(Duration by) {
    long untilNanos = nowNanos + by.toNanos();
    for (var next = tasks.peek();
        next != null && next.dueNanos <= untilNanos;
        next = tasks.peek()) {
      tasks.remove(next);
      nowNanos = next.dueNanos;
      next.body.run();
    }
    nowNanos = untilNanos;
  }

  /** Returns how many tasks wait to be run. */
  public int pending() {
    return tasks.size();
  }
}
