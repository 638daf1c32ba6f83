package io.weft.lab.stall;

import io.weft.mesh.MeshFailure;
import io.weft.mesh.telemetry.Recorder;
import io.weft.mesh.telemetry.Telemetry;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** How the calls of a phase ended, and how many attempts they took. For many threads. */
final class Counts implements Telemetry {
  /** The outcome of a call that failed otherwise than the mesh says calls fail. */
  static final String UNTYPED = "untyped";

  private static final String OK = "ok";

  private final Map<String, LongAdder> outcomes = new ConcurrentHashMap<>();
  private final LongAdder attempts = new LongAdder();
  private final LongAccumulator slowestNanos = new LongAccumulator(Math::max, 0);

  void ended(@Nullable Throwable failure, long tookNanos) {
    var outcome = failure == null ? OK : failure instanceof MeshFailure m ? m.kind() : UNTYPED;
    outcomes.computeIfAbsent(outcome, name -> new LongAdder()).increment();
    slowestNanos.accumulate(tookNanos);
  }

  long of(String outcome) {
    var count = outcomes.get(outcome);
    return count == null ? 0 : count.sum();
  }

  long ok() {
    return of(OK);
  }

  long calls() {
    return outcomes.values().stream().mapToLong(LongAdder::sum).sum();
  }

  long attempts() {
    return attempts.sum();
  }

  long slowestMillis() {
    return slowestNanos.get() / 1_000_000;
  }

  /** Begins the next phase. */
  void clear() {
    outcomes.clear();
    attempts.reset();
    slowestNanos.reset();
  }

  @Override
  public String toString() {
    var sorted = new TreeMap<String, Long>();
    outcomes.forEach((outcome, count) -> sorted.put(outcome, count.sum()));
    return sorted
        + ", slowest "
        + slowestMillis()
        + " ms, attempts per call "
        + Math.round(100.0 * attempts() / Math.max(1, calls())) / 100.0;
  }

  @Override
  public Recorder calls(String operation) {
    return Recorder.NONE;
  }

  @Override
  public Recorder attempts(String operation, String node) {
    return (outcome, nanos) -> attempts.increment();
  }

  @Override
  public Recorder servings(String instance, String operation, String caller, String node) {
    return Recorder.NONE;
  }
}
