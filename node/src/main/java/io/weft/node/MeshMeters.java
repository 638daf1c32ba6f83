package io.weft.node;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.Quantile;
import io.prometheus.metrics.model.snapshots.Quantiles;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import io.prometheus.metrics.model.snapshots.SummarySnapshot.SummaryDataPointSnapshot;
import io.weft.mesh.telemetry.CallHistograms;
import io.weft.mesh.telemetry.CallHistograms.Reading;
import io.weft.mesh.telemetry.Recorder;
import io.weft.mesh.telemetry.Telemetry;
import io.weft.mesh.time.Ticker;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What became of calls, as metrics: {@code weft_call}, {@code weft_attempt} and {@code
 * weft_served}, in seconds, with count, sum, median, 99th percentile and greatest.
 *
 * <p>Calls are counted in {@link CallHistograms} and turned into metrics only when somebody scrapes
 * them, as they are counted a million times as often.
 */
final class MeshMeters implements Telemetry {
  private static final Logger LOG = LoggerFactory.getLogger(MeshMeters.class);
  private static final double NANOS_PER_SECOND = 1e9;
  private static final double[] QUANTILES = {0.5, 0.99};

  private final Supplier<@Nullable MeterRegistry> registry;
  private final CallHistograms histograms;
  private final Map<String, LongAdder> ignored = new ConcurrentHashMap<>();
  private final AtomicBoolean shown = new AtomicBoolean();

  /**
   * Creates the meters.
   *
   * @param registry where they are shown, if it is one of Prometheus; null until there is one
   */
  MeshMeters(Supplier<@Nullable MeterRegistry> registry) {
    this(registry, Ticker.system());
  }

  MeshMeters(Supplier<@Nullable MeterRegistry> registry, Ticker ticker) {
    this.registry = registry;
    histograms = new CallHistograms(ticker);
  }

  @Override
  public Recorder calls(String operation) {
    show();
    return histograms.calls(operation);
  }

  @Override
  public Recorder attempts(String operation, String node) {
    show();
    return histograms.attempts(operation, node);
  }

  @Override
  public Recorder servings(String operation) {
    show();
    return histograms.servings(operation);
  }

  @Override
  public void ignored(String what) {
    show();
    ignored.computeIfAbsent(what, name -> new LongAdder()).increment();
  }

  /** The registry comes into being with Vert.x, after this telemetry was handed to it. */
  private void show() {
    if (!shown.get()
        && registry.get() instanceof PrometheusMeterRegistry prometheus
        && shown.compareAndSet(false, true)) {
      try {
        prometheus.getPrometheusRegistry().register(new Scrape(histograms, ignored));
      } catch (IllegalStateException e) {
        LOG.warn("the calls of this node are not shown in its metrics: {}", e.getMessage());
      }
    }
  }

  /** The metrics of all histograms at one moment. */
  private record Scrape(CallHistograms histograms, Map<String, LongAdder> ignored)
      implements MultiCollector {
    private static final String CALL = "weft_call_seconds";
    private static final String ATTEMPT = "weft_attempt_seconds";
    private static final String SERVED = "weft_served_seconds";
    private static final String IGNORED = "weft_discovery_ignored";

    @Override
    public List<String> getPrometheusNames() {
      return List.of(CALL, ATTEMPT, SERVED, IGNORED);
    }

    @Override
    public MetricSnapshots collect() {
      var metrics = new ArrayList<MetricSnapshot>();
      add(metrics, CALL, "Calls, as their callers felt them", histograms.readCalls());
      add(metrics, ATTEMPT, "Attempts of calls, by node", histograms.readAttempts());
      add(metrics, SERVED, "Runs of handlers of this node", histograms.readServings());
      addIgnored(metrics);
      return new MetricSnapshots(metrics);
    }

    private void addIgnored(List<MetricSnapshot> metrics) {
      var counter =
          CounterSnapshot.builder()
              .name(IGNORED)
              .help("What came over the cluster, no node of ours wrote, and was ignored");
      ignored.forEach(
          (what, count) ->
              counter.dataPoint(
                  CounterDataPointSnapshot.builder()
                      .labels(Labels.of("what", what))
                      .value((double) count.sum())
                      .build()));
      metrics.add(counter.build());
    }

    private static void add(
        List<MetricSnapshot> metrics, String name, String help, List<Reading> readings) {
      if (readings.isEmpty()) {
        return;
      }
      var summary = SummarySnapshot.builder().name(name).help(help);
      var greatest = GaugeSnapshot.builder().name(name + "_max").help(help + ": the longest");
      for (var reading : readings) {
        var labels =
            Labels.of(
                "node", reading.node(),
                "operation", reading.operation(),
                "outcome", reading.outcome().label());
        summary.dataPoint(
            SummaryDataPointSnapshot.builder()
                .labels(labels)
                .count(reading.count())
                .sum(reading.sumNanos() / NANOS_PER_SECOND)
                .quantiles(quantiles(reading))
                .build());
        greatest.dataPoint(
            GaugeDataPointSnapshot.builder().labels(labels).value(seconds(reading, 1)).build());
      }
      metrics.add(summary.build());
      metrics.add(greatest.build());
    }

    private static Quantiles quantiles(Reading reading) {
      var quantiles = Quantiles.builder();
      for (double quantile : QUANTILES) {
        quantiles.quantile(new Quantile(quantile, seconds(reading, quantile)));
      }
      return quantiles.build();
    }

    private static double seconds(Reading reading, double quantile) {
      return reading.recent().nanosAt(quantile) / NANOS_PER_SECOND;
    }
  }
}
