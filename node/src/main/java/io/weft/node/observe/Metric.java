package io.weft.node.observe;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.weft.mesh.telemetry.Distribution;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * One metric of a node: what it is called, what it tells, and what tells its series apart.
 *
 * @param name as Prometheus shows it; a counter's ends with {@code _total}
 * @param help what it tells, in a sentence without a full stop
 * @param labels the names of its labels
 */
record Metric(String name, Type type, String help, List<String> labels) {
  private static final String COUNTER_END = "_total";
  private static final double NANOS_PER_SECOND = 1e9;

  /** The upper bounds of the buckets of histograms, in seconds; the last has none. */
  static final List<Double> BOUNDS_SECONDS =
      List.of(
          0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0,
          2.5, 5.0, 10.0);

  private static final long[] BOUNDS_NANOS =
      BOUNDS_SECONDS.stream().mapToLong(bound -> Math.round(bound * NANOS_PER_SECOND)).toArray();

  private static final double[] UPPER = upper();

  /** What kinds of metrics there are. */
  enum Type {
    /** Grows, and begins again at 0 with the node. */
    COUNTER,
    /** Goes up and down. */
    GAUGE,
    /** Latencies by bucket, with their sum and count. */
    HISTOGRAM;

    /** Returns the word for it in Prometheus. */
    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  static Metric counter(String name, String help, String... labels) {
    return new Metric(name, Type.COUNTER, help, List.of(labels));
  }

  static Metric gauge(String name, String help, String... labels) {
    return new Metric(name, Type.GAUGE, help, List.of(labels));
  }

  static Metric histogram(String name, String help, String... labels) {
    return new Metric(name, Type.HISTOGRAM, help, List.of(labels));
  }

  /**
   * Returns the metric with a series for each item.
   *
   * @param values of an item's labels, in their order
   */
  <T> MetricSnapshot of(
      Collection<T> items, Function<T, List<String>> values, ToDoubleFunction<T> value) {
    if (type == Type.COUNTER) {
      var counter = CounterSnapshot.builder().name(bareName()).help(help);
      for (var item : items) {
        counter.dataPoint(
            CounterDataPointSnapshot.builder()
                .labels(labelled(values.apply(item)))
                .value(value.applyAsDouble(item))
                .build());
      }
      return counter.build();
    }
    var gauge = GaugeSnapshot.builder().name(name).help(help);
    for (var item : items) {
      gauge.dataPoint(
          GaugeDataPointSnapshot.builder()
              .labels(labelled(values.apply(item)))
              .value(value.applyAsDouble(item))
              .build());
    }
    return gauge.build();
  }

  /** Returns the metric with one series, which needs no labels. */
  MetricSnapshot of(double value) {
    return of(List.of(value), none -> List.of(), each -> each);
  }

  /** Returns the metric, a histogram, with a series for each item. */
  <T> MetricSnapshot ofAll(
      Collection<T> items, Function<T, List<String>> values, Function<T, Distribution> latencies) {
    var histogram = HistogramSnapshot.builder().name(name).help(help);
    for (var item : items) {
      var distribution = latencies.apply(item);
      histogram.dataPoint(
          HistogramDataPointSnapshot.builder()
              .labels(labelled(values.apply(item)))
              .classicHistogramBuckets(
                  ClassicHistogramBuckets.of(UPPER, distribution.within(BOUNDS_NANOS)))
              .sum(distribution.sumNanos() / NANOS_PER_SECOND)
              .build());
    }
    return histogram.build();
  }

  /** Returns the name without what Prometheus adds to it. */
  String bareName() {
    return type == Type.COUNTER ? name.substring(0, name.length() - COUNTER_END.length()) : name;
  }

  private Labels labelled(List<String> values) {
    return Labels.of(labels, values);
  }

  private static double[] upper() {
    var bounds = new double[BOUNDS_SECONDS.size() + 1];
    Arrays.setAll(
        bounds, i -> i < BOUNDS_SECONDS.size() ? BOUNDS_SECONDS.get(i) : Double.POSITIVE_INFINITY);
    return bounds;
  }
}
