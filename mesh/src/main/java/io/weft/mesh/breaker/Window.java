package io.weft.mesh.breaker;

import io.weft.mesh.MeshLimits;
import java.time.Duration;
import java.util.Arrays;

/**
 * How many attempts of the last seconds there were, failed and were slow: a ring of counters, one
 * place for each second.
 *
 * <p>Adding costs the same whatever was added before; only a sum looks at all places. The time over
 * which is summed may differ from sum to sum, so that policies can change. For one event loop.
 */
final class Window {
  private static final long PLACE_NANOS = Duration.ofSeconds(1).toNanos();
  private static final int PLACES_MAX =
      (int) (MeshLimits.BREAKER_WINDOW_MAX.toNanos() / PLACE_NANOS);

  private int[] all;
  private int[] failed;
  private int[] slow;
  private long newest;

  /** Creates an empty window that remembers as long as a policy looks back. */
  Window(Duration back, long nowNanos) {
    int places = places(back);
    all = new int[places];
    failed = new int[places];
    slow = new int[places];
    newest = Math.floorDiv(nowNanos, PLACE_NANOS);
  }

  private static int places(Duration back) {
    long places = (back.toNanos() + PLACE_NANOS - 1) / PLACE_NANOS;
    return (int) Math.max(1, Math.min(PLACES_MAX, places));
  }

  /** Adds an attempt that has ended. */
  void add(long nowNanos, boolean hasFailed, boolean wasSlow) {
    int place = place(nowNanos);
    all[place]++;
    if (hasFailed) {
      failed[place]++;
    }
    if (wasSlow) {
      slow[place]++;
    }
  }

  /** Returns the attempts within a time. */
  int all(long nowNanos, Duration back) {
    return sum(all, nowNanos, back);
  }

  /** Returns the attempts within a time that failed. */
  int failed(long nowNanos, Duration back) {
    return sum(failed, nowNanos, back);
  }

  /** Returns the attempts within a time that were slow. */
  int slow(long nowNanos, Duration back) {
    return sum(slow, nowNanos, back);
  }

  /** Forgets everything. */
  void clear() {
    Arrays.fill(all, 0);
    Arrays.fill(failed, 0);
    Arrays.fill(slow, 0);
  }

  private int sum(int[] counts, long nowNanos, Duration back) {
    int place = place(nowNanos);
    int places = Math.min(places(back), counts.length);
    int sum = 0;
    for (int i = 0; i < places; i++) {
      sum += counts[Math.floorMod(place - i, counts.length)];
    }
    return sum;
  }

  /** Remembers for longer from now on, if a policy looks back further than any before. */
  void reach(Duration back, long nowNanos) {
    int places = places(back);
    if (places > all.length) {
      place(nowNanos);
      all = longer(all, places);
      failed = longer(failed, places);
      slow = longer(slow, places);
    }
  }

  private int[] longer(int[] counts, int places) {
    var longer = new int[places];
    for (int i = 0; i < counts.length; i++) {
      longer[(int) Math.floorMod(newest - i, (long) places)] =
          counts[(int) Math.floorMod(newest - i, (long) counts.length)];
    }
    return longer;
  }

  /** Returns the place of the present second, after the seconds since the last use were emptied. */
  private int place(long nowNanos) {
    long second = Math.floorDiv(nowNanos, PLACE_NANOS);
    if (second - newest >= all.length) {
      clear();
      newest = second;
    }
    while (newest < second) {
      newest++;
      int place = (int) Math.floorMod(newest, (long) all.length);
      all[place] = 0;
      failed[place] = 0;
      slow[place] = 0;
    }
    return (int) Math.floorMod(newest, (long) all.length);
  }
}
