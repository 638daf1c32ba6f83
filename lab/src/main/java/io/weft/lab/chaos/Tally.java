package io.weft.lab.chaos;

import io.weft.mesh.MeshFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * How the calls of an open loop ended, by when each was meant to begin.
 *
 * <p>Latencies are counted from then on, so that what waited because the caller or a node was busy
 * counts as it was felt. Safe for use by many threads.
 */
final class Tally {
  /** The kind of a failure that the mesh has no word for. */
  static final String UNTYPED = "untyped";

  private static final int DIGITS = 2;

  private final long beginNanos;
  private final long windowNanos = ChaosLimits.WINDOW.toNanos();
  private final List<Window> windows = new ArrayList<>();

  /** What the last failure of each kind said. */
  private final Map<String, String> said = new TreeMap<>();

  private static final class Window {
    private final Histogram latencies = new Histogram(DIGITS);
    private final Map<String, Long> failures = new TreeMap<>();
    private long ok;
  }

  Tally(long beginNanos) {
    this.beginNanos = beginNanos;
  }

  /** Takes note of a call that has ended. */
  synchronized void ended(long intendedNanos, long nowNanos, @Nullable Throwable failure) {
    var window = window(intendedNanos);
    if (failure == null) {
      window.ok++;
      window.latencies.recordValue(Math.max(0, nowNanos - intendedNanos) / 1_000);
    } else {
      var kind = failure instanceof MeshFailure mesh ? mesh.kind() : UNTYPED;
      window.failures.merge(kind, 1L, Long::sum);
      said.put(kind, String.valueOf(failure.getMessage()));
    }
  }

  private Window window(long atNanos) {
    int index = (int) ((atNanos - beginNanos) / windowNanos);
    while (windows.size() <= index) {
      windows.add(new Window());
    }
    return windows.get(index);
  }

  /** Returns how many calls were answered of those meant for a time. */
  synchronized long ok(long fromNanos, long toNanos) {
    return between(fromNanos, toNanos).stream().mapToLong(window -> window.ok).sum();
  }

  /** Returns how many calls were answered. */
  synchronized long ok() {
    return windows.stream().mapToLong(window -> window.ok).sum();
  }

  /** Returns how many calls failed, by kind. */
  synchronized Map<String, Long> failures() {
    var all = new TreeMap<String, Long>();
    for (var window : windows) {
      window.failures.forEach((kind, count) -> all.merge(kind, count, Long::sum));
    }
    return all;
  }

  /** Tells how many calls failed, by kind, and what the last of each kind said. */
  synchronized String told() {
    return failures() + (said.isEmpty() ? "" : ", the last ones: " + said);
  }

  long failed() {
    return failures().values().stream().mapToLong(Long::longValue).sum();
  }

  long untyped() {
    return failures().getOrDefault(UNTYPED, 0L);
  }

  /** Returns what 99 of 100 answers came within, of calls meant for a time; 0 without answers. */
  synchronized double p99Millis(long fromNanos, long toNanos) {
    var all = new Histogram(DIGITS);
    between(fromNanos, toNanos).forEach(window -> all.add(window.latencies));
    return all.getValueAtPercentile(99) / 1e3;
  }

  /** Returns what half of all answers came within. */
  synchronized double p50Millis() {
    var all = new Histogram(DIGITS);
    windows.forEach(window -> all.add(window.latencies));
    return all.getValueAtPercentile(50) / 1e3;
  }

  /**
   * Returns for how long from a moment on p99 was above a limit now and then: until the end of the
   * last window in which it was, in milliseconds.
   */
  synchronized long disturbedMillis(long fromNanos, long toNanos, double limitMillis) {
    long last = fromNanos;
    for (long at = fromNanos; at < toNanos; at += windowNanos) {
      long end = at + windowNanos;
      boolean disturbed =
          between(at, end).stream()
              .anyMatch(window -> window.latencies.getValueAtPercentile(99) / 1e3 > limitMillis);
      last = disturbed ? end : last;
    }
    return (last - fromNanos) / 1_000_000;
  }

  private List<Window> between(long fromNanos, long toNanos) {
    int from = Math.max(0, (int) ((fromNanos - beginNanos) / windowNanos));
    int to = Math.min(windows.size(), (int) ((toNanos - beginNanos) / windowNanos));
    return from >= to ? List.of() : windows.subList(from, to);
  }
}
