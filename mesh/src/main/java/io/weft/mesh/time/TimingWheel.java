package io.weft.mesh.time;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The deadlines of one event loop: many entries, one timer.
 *
 * <p>Time is cut into ticks, and the buckets stand for the coming ones, in a ring. An entry hangs
 * in the bucket of the first tick that is not before its due time, so scheduling and cancelling
 * cost a few stores each, and nothing is allocated: the caller's own object is the link of the
 * list. An entry that is more than one revolution ahead waits in its bucket for its round. Hashed
 * timing wheel, scheme 6 of G. Varghese and T. Lauck, "Hashed and Hierarchical Timing Wheels",
 * 1987; the clock does not tick here, though: the timer is set for the next bucket that holds
 * anything.
 *
 * <p>An entry fires at its due time or later, by at most one tick and what the timer itself is
 * late. After a jump of the clock, all that fell due fires in one pass, in the order of the
 * buckets.
 *
 * <p>When nothing is scheduled, no timer is set again. One that is under way when the last entry is
 * cancelled is left to run out: most calls are answered in time, and taking a timer back and
 * setting it again with each of them would be the timer per call that the wheel saves.
 *
 * <p>For one event loop, on which the ticker, the timers and all entries live.
 */
public final class TimingWheel {
  /** No timer is under way: every tick is earlier. */
  private static final long ASLEEP = Long.MAX_VALUE;

  /** The timer will be set when the present pass is over: no tick is earlier. */
  private static final long IN_PASS = Long.MIN_VALUE;

  private final Ticker ticker;
  private final Timers timers;
  private final long originNanos;
  private final long tickNanos;
  private final Entry[] ring;
  private final int mask;
  private final Entry expiring = new Head();
  private final Runnable pass = this::pass;

  /** The last tick whose entries have all been fired. */
  private long passedTick;

  private long wakeTick = ASLEEP;
  private Timers.@Nullable Handle timer;
  private int size;

  /**
   * What waits for its time; the caller's object extends it.
   *
   * <p>It belongs to at most one wheel at a time.
   */
  public abstract static class Entry {
    private @Nullable Entry previous;
    private @Nullable Entry next;
    private long dueTick;

    /**
     * The due time has come. The entry is no longer scheduled and may be scheduled again, and any
     * other entry may be scheduled or cancelled. When it throws, the entries that are due with it
     * fire with the next tick.
     */
    protected abstract void expired();

    /** Returns whether the entry waits for its time. */
    public final boolean scheduled() {
      return next != null;
    }
  }

  /** The fixed point of a circular list; never due. */
  private static final class Head extends Entry {
    Head() {
      super.previous = this;
      super.next = this;
    }

    @Override
    protected void expired() {
      throw new IllegalStateException("the head of a bucket was fired");
    }
  }

  /**
   * Creates a wheel in which nothing is scheduled.
   *
   * @param tick by how much entries may fire late, above zero
   * @param buckets how many ticks one revolution has, at least 1; rounded up to a power of two
   */
  public TimingWheel(Ticker ticker, Timers timers, Duration tick, int buckets) {
    if (tick.isNegative() || tick.isZero()) {
      throw new IllegalArgumentException("tick: " + tick + " (expected: > 0)");
    }
    if (buckets < 1 || buckets > 1 << 30) {
      throw new IllegalArgumentException("buckets: " + buckets + " (expected: 1 to 2^30)");
    }
    this.ticker = ticker;
    this.timers = timers;
    originNanos = ticker.nanos();
    tickNanos = tick.toNanos();
    ring = new Entry[buckets == 1 ? 1 : Integer.highestOneBit(buckets - 1) << 1];
    mask = ring.length - 1;
    for (int i = 0; i < ring.length; i++) {
      ring[i] = new Head();
    }
  }

  /**
   * Schedules an entry; one that is already scheduled in this wheel is moved.
   *
   * @param dueNanos when it is due, on the ticker's scale, less than 292 years ahead; what is past
   *     is due with the next tick
   */
  public void schedule(Entry entry, long dueNanos) {
    cancel(entry);
    long aheadNanos = dueNanos - originNanos;
    long dueTick = aheadNanos <= 0 ? 0 : (aheadNanos - 1) / tickNanos + 1;
    entry.dueTick = Math.max(dueTick, passedTick + 1);
    append(bucket(entry.dueTick), entry);
    if (entry.dueTick < wakeTick) {
      wakeAt(entry.dueTick);
    }
  }

  /** Takes an entry back; does nothing when it is not scheduled. */
  public void cancel(Entry entry) {
    var previous = entry.previous;
    var next = entry.next;
    if (previous != null && next != null) {
      previous.next = next;
      next.previous = previous;
      entry.previous = null;
      entry.next = null;
      size--;
    }
  }

  /** Returns how many entries wait for their time. */
  public int size() {
    return size;
  }

  private void wakeAt(long tick) {
    if (timer != null) {
      timer.cancel();
    }
    wakeTick = tick;
    long delayNanos = originNanos + tick * tickNanos - ticker.nanos();
    timer = timers.after(Duration.ofNanos(Math.max(0, delayNanos)), pass);
  }

  private void pass() {
    timer = null;
    wakeTick = IN_PASS;
    try {
      collect((ticker.nanos() - originNanos) / tickNanos);
      fire();
    } finally {
      wakeTick = ASLEEP;
      wakeForNext();
    }
  }

  /**
   * Takes all that is due out of the buckets before any of it fires, so that what it schedules or
   * cancels does not change the lists that are being walked.
   */
  private void collect(long nowTick) {
    long last = Math.min(nowTick, passedTick + ring.length);
    for (long tick = passedTick + 1; tick <= last; tick++) {
      collect(bucket(tick), nowTick);
    }
    passedTick = Math.max(passedTick, nowTick);
  }

  private void collect(Entry bucket, long nowTick) {
    var entry = bucket.next;
    while (entry != null && entry != bucket) {
      var next = entry.next;
      if (entry.dueTick <= nowTick) {
        cancel(entry);
        append(expiring, entry);
      }
      entry = next;
    }
  }

  private void fire() {
    for (var entry = expiring.next; entry != null && entry != expiring; entry = expiring.next) {
      cancel(entry);
      entry.expired();
    }
  }

  private void wakeForNext() {
    if (expiring.next != expiring) {
      wakeAt(passedTick + 1);
    } else if (size > 0) {
      long tick = passedTick + 1;
      for (var bucket = bucket(tick); bucket.next == bucket; bucket = bucket(tick)) {
        tick++;
      }
      wakeAt(tick);
    }
  }

  private Entry bucket(long tick) {
    return ring[(int) tick & mask];
  }

  private void append(Entry head, Entry entry) {
    var last = head.previous == null ? head : head.previous;
    entry.previous = last;
    entry.next = head;
    last.next = entry;
    head.previous = entry;
    size++;
  }
}
