package io.weft.node.observe;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.weft.mesh.ServiceProvider;
import io.weft.mesh.bus.BusMesh;
import io.weft.mesh.telemetry.CallHistograms;
import io.weft.mesh.telemetry.Measure;
import io.weft.mesh.time.Time;
import io.weft.node.NodeLimits;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a node is watched from: keeps its last minute, shows its metrics to whoever scrapes them,
 * asks its services how they stand, keeps and exports its spans.
 */
public final class Observatory {
  private static final Logger LOG = LoggerFactory.getLogger(Observatory.class);

  private final MeshMeters meters;
  private final BusMesh mesh;
  private final Time time;
  private final List<Source> sources = new CopyOnWriteArrayList<>();
  private final @Nullable SpanExport export;
  private final Map<String, List<Measure>> measures = new ConcurrentHashMap<>();
  private volatile Runnable hide = () -> {};
  private volatile boolean closed;

  /**
   * How the spans of a node are kept.
   *
   * @param oneIn one trace in so many is kept whatever becomes of it; 0 for none
   * @param slow spans that took as long are kept in any case
   * @param otlp the collector that they are sent to, as {@code http://host:port}; empty for none
   */
  public record Traces(int oneIn, Duration slow, String otlp) {}

  /**
   * Creates what watches a node.
   *
   * @param meters the telemetry that the mesh was given
   */
  public Observatory(MeshMeters meters, BusMesh mesh, Time time, Traces traces) {
    this.meters = meters;
    this.mesh = mesh;
    this.time = time;
    mesh.spans().sample(traces.oneIn());
    mesh.spans().slow(traces.slow());
    export = traces.otlp().isEmpty() ? null : new SpanExport(traces.otlp());
    if (export != null) {
      mesh.spans().export(export);
    }
  }

  /** Whoever can be asked how it stands. */
  private record Source(String name, Supplier<Future<List<Measure>>> measure) {}

  /** Adds a service to those that are asked how they stand. */
  public void service(ServiceProvider provider) {
    sources.add(new Source(provider.name(), provider::measure));
  }

  /**
   * Adds a part of the node that knows how it stands.
   *
   * @param read what it says of itself, from any thread
   */
  public void part(String name, Supplier<List<Measure>> read) {
    sources.add(new Source(name, () -> Future.succeededFuture(read.get())));
  }

  /** Asks all, now; who does not say how it stands is left out. Never fails. */
  Future<List<Measure>> readings() {
    var asked = sources.stream().map(Observatory::reading).toList();
    return Future.join(asked)
        .map(done -> asked.stream().map(Future::result).flatMap(List::stream).toList());
  }

  private static Future<List<Measure>> reading(Source source) {
    return source
        .measure()
        .get()
        .onFailure(e -> LOG.debug("{} does not say how it stands", source.name(), e))
        .otherwise(List.<Measure>of());
  }

  /** Serves what other nodes ask of this one, from the current verticle, once services are open. */
  public Future<Void> serve() {
    measure();
    return mesh.serve(NodeTraces.TRACES, new TraceDesk(mesh.spans().store())::answer);
  }

  /** Returns what became of calls: since the start, and in the last seconds. */
  public CallHistograms histograms() {
    return meters.histograms();
  }

  /**
   * Begins to watch. On a context.
   *
   * @param registry where metrics are shown, if it is one of Prometheus
   */
  public void open(@Nullable MeterRegistry registry) {
    if (registry instanceof PrometheusMeterRegistry prometheus) {
      show(prometheus);
    }
    tickLater();
  }

  private void show(PrometheusMeterRegistry prometheus) {
    var read =
        new Scrape.Mesh(
            mesh::gauges, mesh.spans(), mesh.decisions(), this::exported, this::measures);
    var scrape = new Scrape(meters, read);
    var registry = prometheus.getPrometheusRegistry();
    try {
      registry.register(scrape);
      hide = () -> registry.unregister(scrape);
    } catch (IllegalStateException e) {
      LOG.warn("the calls of this node are not shown in its metrics: {}", e.getMessage());
    }
  }

  private void tickLater() {
    time.timers()
        .after(
            CallHistograms.TICK,
            () -> {
              if (!closed) {
                meters.histograms().tick();
                tickLater();
              }
            });
  }

  private Scrape.Exported exported() {
    return export == null ? new Scrape.Exported(0, 0) : export.exported();
  }

  private List<Measure> measures() {
    return measures.values().stream().flatMap(List::stream).toList();
  }

  /** The next time comes when all have answered: one that is slow is not asked twice at a time. */
  private void measure() {
    var asked = sources.stream().map(this::measure).toList();
    Future.join(asked)
        .onComplete(
            all ->
                time.timers()
                    .after(
                        NodeLimits.MEASURE_INTERVAL,
                        () -> {
                          if (!closed) {
                            measure();
                          }
                        }));
  }

  /** Who does not answer is shown with nothing: what was read before says nothing of now. */
  private Future<?> measure(Source source) {
    return reading(source).onSuccess(read -> measures.put(source.name(), read));
  }

  /** Watches no more. */
  public void close() {
    closed = true;
    hide.run();
    if (export != null) {
      export.close();
    }
  }
}
