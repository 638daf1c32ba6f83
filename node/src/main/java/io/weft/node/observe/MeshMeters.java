package io.weft.node.observe;

import io.weft.mesh.telemetry.CallHistograms;
import io.weft.mesh.telemetry.Recorder;
import io.weft.mesh.telemetry.Telemetry;
import io.weft.mesh.time.Ticker;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * The telemetry of a node: what became of calls, in {@link CallHistograms}, and what was ignored.
 * From any thread.
 */
public final class MeshMeters implements Telemetry {
  private final CallHistograms histograms;
  private final Map<String, LongAdder> ignored = new ConcurrentHashMap<>();

  /** Creates the telemetry of a node that has seen nothing yet. */
  public MeshMeters(Ticker ticker) {
    histograms = new CallHistograms(ticker);
  }

  /** Returns what became of calls. */
  public CallHistograms histograms() {
    return histograms;
  }

  /** Returns how often something was ignored, by what it was. */
  Map<String, Long> ignored() {
    var counts = new TreeMap<String, Long>();
    ignored.forEach((what, count) -> counts.put(what, count.sum()));
    return counts;
  }

  @Override
  public Recorder calls(String operation) {
    return histograms.calls(operation);
  }

  @Override
  public Recorder attempts(String operation, String node) {
    return histograms.attempts(operation, node);
  }

  @Override
  public Recorder servings(String instance, String operation, String caller, String node) {
    return histograms.servings(instance, operation, caller, node);
  }

  @Override
  public void retired(String instance) {
    histograms.retired(instance);
  }

  @Override
  public void loopDelayed(int loop, long nanos) {
    histograms.loopDelayed(loop, nanos);
  }

  @Override
  public void ignored(String what) {
    ignored.computeIfAbsent(what, name -> new LongAdder()).increment();
  }
}
