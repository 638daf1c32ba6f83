package io.weft.node.observe;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.weft.mesh.telemetry.Decision;
import io.weft.mesh.telemetry.Decisions;
import io.weft.mesh.telemetry.Distribution;
import io.weft.mesh.telemetry.Gauges;
import io.weft.mesh.telemetry.Gauges.InstanceGauge;
import io.weft.mesh.telemetry.Gauges.PeerGauge;
import io.weft.mesh.telemetry.Gauges.TargetGauge;
import io.weft.mesh.telemetry.Measure;
import io.weft.mesh.telemetry.Measured;
import io.weft.mesh.telemetry.Spans;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * All metrics of the mesh at one moment, made when somebody scrapes them: calls are counted a
 * million times as often.
 */
final class Scrape implements MultiCollector {
  static final Metric CALL =
      Metric.histogram(
          "weft_call_seconds", "Calls, as their callers felt them", "operation", "outcome");
  static final Metric ATTEMPT =
      Metric.histogram("weft_attempt_seconds", "Attempts of calls", "operation", "outcome");
  static final Metric ATTEMPTS =
      Metric.counter(
          "weft_attempts_total",
          "Attempts of calls, by the node that they went to",
          "operation",
          "node",
          "outcome");
  static final Metric SERVED =
      Metric.histogram(
          "weft_served_seconds",
          "Runs of this node's handlers, refusals included",
          "operation",
          "outcome");
  static final Metric SERVED_FOR =
      Metric.counter(
          "weft_served_total",
          "Runs of this node's handlers, by the service and the node that called",
          "operation",
          "caller",
          "caller_node",
          "outcome");
  static final Metric LOOP =
      Metric.histogram(
          "weft_event_loop_delay_seconds", "How late an event loop is with what is due", "loop");
  static final Metric IN_FLIGHT =
      Metric.gauge(
          "weft_instance_in_flight", "Calls that an instance runs", "service", "instance_id");
  static final Metric LIMIT =
      Metric.gauge(
          "weft_instance_limit",
          "Calls that an instance may run at a time, as it has found by trying",
          "service",
          "instance_id");
  static final Metric QUEUED =
      Metric.gauge(
          "weft_instance_queued", "Calls that wait at an instance", "service", "instance_id");
  static final Metric STREAMS =
      Metric.gauge(
          "weft_instance_streams",
          "Streams that are open at an instance",
          "service",
          "instance_id");
  static final Metric ENDPOINTS =
      Metric.gauge(
          "weft_target_endpoints", "Endpoints of a service that is called from here", "service");
  static final Metric EJECTED =
      Metric.gauge(
          "weft_target_ejected", "Endpoints of a service that are left out here", "service");
  static final Metric ON_THEIR_WAY =
      Metric.gauge("weft_target_in_flight", "Attempts on their way to a service", "service");
  static final Metric BREAKERS =
      Metric.gauge(
          "weft_breakers", "Endpoints of a service, by what their breaker is", "service", "state");
  static final Metric BUDGET =
      Metric.gauge(
          "weft_retry_budget", "Further attempts that may be made at a service now", "service");
  static final Metric RETRIES =
      Metric.counter("weft_retries_total", "Attempts after the first, hedges included", "service");
  static final Metric RETRIES_REFUSED =
      Metric.counter(
          "weft_retries_refused_total",
          "Further attempts that the retry budget did not allow",
          "service");
  static final Metric OUTBOX =
      Metric.gauge("weft_peer_outbox_bytes", "Bytes that wait for another node", "node");
  static final Metric NODES =
      Metric.gauge("weft_site_nodes", "Nodes that this one believes to be alive");
  static final Metric INSTANCES = Metric.gauge("weft_site_instances", "Instances of those nodes");
  static final Metric SILENCE =
      Metric.gauge("weft_discovery_silence_seconds", "For how long no other node has been heard");
  static final Metric IGNORED =
      Metric.counter(
          "weft_discovery_ignored_total",
          "What came over the cluster, no node of ours wrote, and was ignored",
          "what");
  static final Metric EPOCH =
      Metric.gauge("weft_policy_epoch", "Epoch of the policies that this node goes by");
  static final Metric DECISIONS =
      Metric.counter("weft_decisions_total", "What this node decided by itself", "kind");
  static final Metric SPANS = Metric.counter("weft_spans_total", "Spans that were kept");
  static final Metric SPANS_DROPPED =
      Metric.counter("weft_spans_dropped_total", "Spans that were not kept: there were too many");
  static final Metric TRACES = Metric.gauge("weft_traces_kept", "Traces that can be asked for");
  static final Metric EXPORTED =
      Metric.counter("weft_spans_exported_total", "Spans that the collector has taken");
  static final Metric UNEXPORTED =
      Metric.counter(
          "weft_spans_unexported_total",
          "Spans that did not reach the collector: it was away or too slow");

  /** All of them, in the order in which they are documented. */
  static final List<Metric> ALL =
      List.of(
          CALL,
          ATTEMPT,
          ATTEMPTS,
          SERVED,
          SERVED_FOR,
          IN_FLIGHT,
          LIMIT,
          QUEUED,
          STREAMS,
          ENDPOINTS,
          EJECTED,
          ON_THEIR_WAY,
          BREAKERS,
          BUDGET,
          RETRIES,
          RETRIES_REFUSED,
          OUTBOX,
          NODES,
          INSTANCES,
          SILENCE,
          IGNORED,
          EPOCH,
          DECISIONS,
          LOOP,
          SPANS,
          SPANS_DROPPED,
          TRACES,
          EXPORTED,
          UNEXPORTED);

  private static final double NANOS_PER_SECOND = 1e9;

  private final MeshMeters meters;
  private final Mesh mesh;

  /**
   * What is read of a node's mesh.
   *
   * @param gauges how its parts stand
   * @param exported how many spans reached the collector, and how many did not
   * @param measures what the services said of themselves
   */
  record Mesh(
      Supplier<Gauges> gauges,
      Spans spans,
      Decisions decisions,
      Supplier<Exported> exported,
      Supplier<List<Measure>> measures) {}

  /** What became of spans that were to be exported. */
  record Exported(long taken, long lost) {}

  Scrape(MeshMeters meters, Mesh mesh) {
    this.meters = meters;
    this.mesh = mesh;
  }

  @Override
  public List<String> getPrometheusNames() {
    return ALL.stream().map(Metric::bareName).toList();
  }

  @Override
  public MetricSnapshots collect() {
    var metrics = new ArrayList<MetricSnapshot>();
    addCalls(metrics);
    addGauges(metrics, mesh.gauges().get());
    addRest(metrics);
    addMeasures(metrics);
    // Whoever looks for a metric that never was finds nothing rather than a name without a value.
    metrics.removeIf(metric -> metric.getDataPoints().isEmpty());
    return new MetricSnapshots(metrics);
  }

  private void addCalls(List<MetricSnapshot> metrics) {
    var histograms = meters.histograms();
    var attempts = histograms.readAttempts();
    var served = histograms.readServings();
    metrics.add(byOutcome(CALL, histograms.readCalls()));
    metrics.add(byOutcome(ATTEMPT, Measured.sum(attempts, Measured::ofAnyNode)));
    metrics.add(
        ATTEMPTS.of(
            attempts,
            each -> List.of(each.operation(), each.node(), each.outcome().label()),
            Scrape::count));
    metrics.add(
        byOutcome(SERVED, Measured.sum(served, each -> each.ofAnyInstance().ofAnyCaller())));
    metrics.add(
        SERVED_FOR.of(
            Measured.sum(served, Measured::ofAnyInstance),
            each -> List.of(each.operation(), each.caller(), each.node(), each.outcome().label()),
            Scrape::count));
    var loops = new TreeMap<Integer, Distribution>(histograms.readLoops());
    metrics.add(
        LOOP.ofAll(loops.entrySet(), each -> List.of("" + each.getKey()), Map.Entry::getValue));
  }

  private static double count(Measured measured) {
    return measured.latencies().count();
  }

  private static MetricSnapshot byOutcome(Metric metric, Collection<Measured> measured) {
    return metric.ofAll(
        measured, each -> List.of(each.operation(), each.outcome().label()), Measured::latencies);
  }

  private static void addGauges(List<MetricSnapshot> metrics, Gauges gauges) {
    Function<InstanceGauge, List<String>> named = i -> List.of(i.service(), i.instance());
    // Autoscalers go by these: more instances here do no work of another site.
    var instances = gauges.instances().stream().filter(InstanceGauge::local).toList();
    metrics.add(IN_FLIGHT.of(instances, named, InstanceGauge::inFlight));
    metrics.add(LIMIT.of(instances, named, InstanceGauge::limit));
    metrics.add(QUEUED.of(instances, named, InstanceGauge::queued));
    metrics.add(STREAMS.of(instances, named, InstanceGauge::streams));
    metrics.add(target(ENDPOINTS, gauges, TargetGauge::endpoints));
    metrics.add(target(EJECTED, gauges, TargetGauge::ejected));
    metrics.add(target(ON_THEIR_WAY, gauges, TargetGauge::inFlight));
    metrics.add(BREAKERS.of(breakers(gauges), each -> each.labels, each -> each.count));
    metrics.add(target(BUDGET, gauges, TargetGauge::budget));
    metrics.add(target(RETRIES, gauges, TargetGauge::retries));
    metrics.add(target(RETRIES_REFUSED, gauges, TargetGauge::refused));
    metrics.add(OUTBOX.of(gauges.peers(), each -> List.of(each.node()), PeerGauge::outboxBytes));
    metrics.add(NODES.of(gauges.site().nodes()));
    metrics.add(INSTANCES.of(gauges.site().instances()));
    metrics.add(SILENCE.of(gauges.site().silence().toNanos() / NANOS_PER_SECOND));
    metrics.add(EPOCH.of((double) gauges.site().epoch()));
  }

  private static MetricSnapshot target(
      Metric metric, Gauges gauges, ToDoubleFunction<TargetGauge> value) {
    return metric.of(gauges.targets(), each -> List.of(each.service()), value);
  }

  private record Labelled(List<String> labels, double count) {}

  private static List<Labelled> breakers(Gauges gauges) {
    var all = new ArrayList<Labelled>();
    for (var target : gauges.targets()) {
      int ill = target.open() + target.halfOpen();
      all.add(
          new Labelled(List.of(target.service(), "CLOSED"), Math.max(0, target.endpoints() - ill)));
      all.add(new Labelled(List.of(target.service(), "HALF_OPEN"), target.halfOpen()));
      all.add(new Labelled(List.of(target.service(), "OPEN"), target.open()));
    }
    return all;
  }

  private void addRest(List<MetricSnapshot> metrics) {
    metrics.add(
        IGNORED.of(
            meters.ignored().entrySet(), each -> List.of(each.getKey()), Map.Entry::getValue));
    metrics.add(
        DECISIONS.of(mesh.decisions().counts().entrySet(), Scrape::kind, Map.Entry::getValue));
    metrics.add(SPANS.of((double) mesh.spans().taken()));
    metrics.add(SPANS_DROPPED.of((double) mesh.spans().dropped()));
    metrics.add(TRACES.of(mesh.spans().store().size()));
    var exported = mesh.exported().get();
    metrics.add(EXPORTED.of((double) exported.taken()));
    metrics.add(UNEXPORTED.of((double) exported.lost()));
  }

  /** Readings of one name are one metric. */
  private void addMeasures(List<MetricSnapshot> metrics) {
    var byName = new TreeMap<String, List<Measure>>();
    for (var each : mesh.measures().get()) {
      byName.computeIfAbsent(each.name(), name -> new ArrayList<>()).add(each);
    }
    byName.forEach(
        (name, all) -> {
          var first = all.get(0);
          var labels = first.labels().keySet().toArray(String[]::new);
          metrics.add(
              Metric.gauge(name, first.help(), labels)
                  .of(all, each -> List.copyOf(each.labels().values()), Measure::value));
        });
  }

  private static List<String> kind(Map.Entry<Decision.Kind, Long> each) {
    return List.of(each.getKey().word());
  }
}
