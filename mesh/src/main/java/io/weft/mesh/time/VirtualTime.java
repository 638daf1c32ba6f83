package io.weft.mesh.time;

import java.time.Duration;
import java.time.Instant;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * A hand-moved clock with its timers, for tests and simulation.
 *
 * <p>Nothing happens until {@link #advance} or {@link #runNext} is called; then tasks that fall due
 * run in the order of their due time and, within one instant, in the order in which they were
 * scheduled. A task costs the logarithm of how many wait, to schedule and to run; to take one back
 * costs nothing, as it stays in the queue, empty, until its time. For one thread.
 */
public final class VirtualTime implements Ticker, Timers, WallClock {
  private final PriorityQueue<Task> tasks = new PriorityQueue<>();
  private final Rng rng;
  private long nowNanos;
  private long scheduled;
  private int pending;

  private final class Task implements Comparable<Task>, Handle {
    private final long dueNanos;
    private final long order;

    /** Null once it has run or was taken back. */
    private @Nullable Runnable body;

    Task(long dueNanos, long order, Runnable body) {
      this.dueNanos = dueNanos;
      this.order = order;
      this.body = body;
    }

    @Override
    public int compareTo(Task other) {
      int byTime = Long.compare(dueNanos, other.dueNanos);
      return byTime == 0 ? Long.compare(order, other.order) : byTime;
    }

    @Override
    public void cancel() {
      if (body != null) {
        body = null;
        pending--;
      }
    }
  }

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
    pending++;
    return task;
  }

  /** Moves the clock forward and runs what falls due on the way. */
  public void advance(Duration by) {
    long untilNanos = nowNanos + by.toNanos();
    boolean more = true;
    while (more) {
      more = runNext(untilNanos);
    }
    nowNanos = untilNanos;
  }

  /**
   * Moves the clock to the next task and runs it: one step of a simulation.
   *
   * @param untilNanos the reading up to which a task counts
   * @return whether there was one; if not, the clock stays where it is
   */
  public boolean runNext(long untilNanos) {
    for (var next = tasks.peek();
        next != null && next.dueNanos <= untilNanos;
        next = tasks.peek()) {
      tasks.remove();
      var body = next.body;
      if (body != null) {
        next.body = null;
        pending--;
        nowNanos = next.dueNanos;
        body.run();
        return true;
      }
    }
    return false;
  }

  /** Returns how many tasks wait to be run. */
  public int pending() {
    return pending;
  }
}
