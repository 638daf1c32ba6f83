package io.weft.lab.call;

import io.weft.mesh.telemetry.Telemetry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.HdrHistogram.AtomicHistogram;

/**
 * Telemetry as a node keeps it: a histogram per meter, operation, node and outcome, so that the
 * mesh is not measured without what it does in service.
 */
final class CallMeters implements Telemetry {
  private static final int DIGITS = 2;

  private final Map<Series, AtomicHistogram> histograms = new ConcurrentHashMap<>();

  /** What is told apart. There is one operation and one peer, so there are few. */
  private record Series(String meter, String operation, String node, String outcome) {}

  @Override
  public void called(String operation, String outcome, long nanos) {
    record(new Series("call", operation, "", outcome), nanos);
  }

  @Override
  public void attempted(String operation, String node, String outcome, long nanos) {
    record(new Series("attempt", operation, node, outcome), nanos);
  }

  @Override
  public void served(String operation, String outcome, long nanos) {
    record(new Series("served", operation, "", outcome), nanos);
  }

  private void record(Series series, long nanos) {
    var histogram = histograms.get(series);
    if (histogram == null) {
      histogram =
          histograms.computeIfAbsent(
              series, s -> new AtomicHistogram(CallLimits.LATENCY_MAX_NANOS, DIGITS));
    }
    histogram.recordValue(Math.max(0, Math.min(nanos, CallLimits.LATENCY_MAX_NANOS)));
  }
}
