package io.weft.lab.chaos;

import io.weft.mesh.telemetry.Outcome;
import io.weft.mesh.telemetry.Recorder;
import io.weft.mesh.telemetry.Telemetry;
import io.weft.mesh.time.Ticker;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * When a caller last tried each node, and when each node first answered again. For many threads.
 */
final class Picks implements Telemetry {
  private static final long NEVER = Long.MIN_VALUE;

  private final Ticker ticker;
  private final Map<String, Pick> nodes = new ConcurrentHashMap<>();
  private final LongAdder attempts = new LongAdder();

  private static final class Pick {
    private final AtomicLong lastNanos = new AtomicLong(NEVER);
    private final AtomicLong answeredNanos = new AtomicLong(NEVER);
  }

  Picks(Ticker ticker) {
    this.ticker = ticker;
  }

  private Pick of(String node) {
    return nodes.computeIfAbsent(node, name -> new Pick());
  }

  /**
   * Returns how long after a moment the node was last tried, in milliseconds; 0 when it was not.
   * Attempts that have not ended do not count yet.
   */
  long lastMillisAfter(String node, long fromNanos) {
    long last = of(node).lastNanos.get();
    return last == NEVER ? 0 : Math.max(0, (last - fromNanos) / 1_000_000);
  }

  /** Forgets that a node has answered. */
  void forgetAnswer(String node) {
    of(node).answeredNanos.set(NEVER);
  }

  /** Returns when the node first answered after {@link #forgetAnswer}, or a negative number. */
  long answeredMillisAfter(String node, long fromNanos) {
    long answered = of(node).answeredNanos.get();
    return answered == NEVER ? -1 : Math.max(0, (answered - fromNanos) / 1_000_000);
  }

  /** Returns how many attempts have ended. */
  long attempts() {
    return attempts.sum();
  }

  @Override
  public Recorder calls(String operation) {
    return Recorder.NONE;
  }

  @Override
  public Recorder attempts(String operation, String node) {
    var pick = of(node);
    return (outcome, nanos) -> {
      long now = ticker.nanos();
      attempts.increment();
      pick.lastNanos.accumulateAndGet(now - nanos, Math::max);
      if (outcome == Outcome.OK && pick.answeredNanos.get() == NEVER) {
        pick.answeredNanos.compareAndSet(NEVER, now);
      }
    };
  }

  @Override
  public Recorder servings(String instance, String operation, String caller, String node) {
    return Recorder.NONE;
  }
}
