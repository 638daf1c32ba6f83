package io.weft.node.scale;

import io.weft.mesh.Operation;
import io.weft.mesh.discovery.InstanceRecord;
import io.weft.mesh.telemetry.CallHistograms;
import io.weft.mesh.telemetry.Distribution;
import io.weft.mesh.telemetry.Gauges.InstanceGauge;
import io.weft.mesh.telemetry.Measured;
import io.weft.mesh.telemetry.Outcome;
import io.weft.mesh.time.Ticker;
import io.weft.node.NodeLimits;
import io.weft.node.scale.NodeLoad.Load;
import io.weft.node.scale.NodeLoad.Past;
import io.weft.node.scale.NodeLoad.ServiceLoad;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * What the instances of this node have to do: averaged, so that one moment says little. Those that
 * stand for other sites do not count: more instances here would not do their work.
 *
 * <p>For one event loop.
 */
final class LoadMeter {
  /** How much one sample counts: those of the last two seconds or so decide. */
  private static final double SAMPLE_WEIGHT = 0.5;

  /** Answers of the service itself; all others tell nothing of how fast it is. */
  private static final Set<Outcome> ANSWERED = Set.of(Outcome.OK, Outcome.APPLICATION);

  private static final double P99 = 0.99;
  private static final double NANOS_PER_SECOND = 1e9;
  private static final long NANOS_PER_MICRO = 1_000;

  /** As long as the window in which calls are counted, and a little longer. */
  private static final Duration STAND_IN_KEPT = Duration.ofSeconds(NodeLimits.LOAD_SECONDS + 5);

  /** A shorter time says nothing of a rate. */
  private static final double SECONDS_MIN = 1e-3;

  private final String node;
  private final Supplier<List<InstanceGauge>> gauges;
  private final Supplier<List<InstanceRecord>> instances;
  private final CallHistograms histograms;
  private final LongSupplier cpuNanos;
  private final Ticker ticker;
  private final Map<String, Double> averages = new HashMap<>();
  private final Deque<Note> notes = new ArrayDeque<>();
  private final Map<String, PastLoads> past = new HashMap<>();

  /** The instances that stand for other sites, and when each was last there. */
  private final Map<String, Long> standIns = new HashMap<>();

  /** For how long the process had kept processors busy by some moment. */
  private record Note(long atNanos, long cpuNanos) {}

  /**
   * Creates a meter that has seen nothing yet.
   *
   * @param gauges returns how the instances here stood of late
   * @param instances returns the instances here, those too that stand for other sites
   * @param cpuNanos returns for how long the process has kept processors busy
   */
  LoadMeter(
      String node,
      Supplier<List<InstanceGauge>> gauges,
      Supplier<List<InstanceRecord>> instances,
      CallHistograms histograms,
      LongSupplier cpuNanos,
      Ticker ticker) {
    this.node = node;
    this.gauges = gauges;
    this.instances = instances;
    this.histograms = histograms;
    this.cpuNanos = cpuNanos;
    this.ticker = ticker;
    note();
  }

  /** Looks at what is in flight; to be called every {@link NodeLimits#LOAD_SAMPLE_INTERVAL}. */
  void sample() {
    noteStandIns();
    var counts = new HashMap<String, Double>();
    for (var each : local(gauges.get())) {
      counts.merge(each.service(), (double) each.inFlight() + each.queued(), Double::sum);
    }
    averages.keySet().retainAll(counts.keySet());
    counts.forEach(
        (service, count) ->
            averages.merge(
                service, count, (average, now) -> average + (now - average) * SAMPLE_WEIGHT));
  }

  /** Notes what processors were used; to be called every {@link NodeLimits#CPU_NOTE_INTERVAL}. */
  void note() {
    notes.addLast(new Note(ticker.nanos(), cpuNanos.getAsLong()));
    if (notes.size() > NodeLimits.CPU_NOTES_KEPT) {
      notes.removeFirst();
    }
  }

  /** Remembers how the last minute was; to be called every {@link NodeLimits#LOAD_SECONDS}. */
  void remember() {
    for (var service : read(false).services()) {
      past.computeIfAbsent(service.service(), name -> new PastLoads()).add(service, ticker.nanos());
    }
  }

  /**
   * Returns what the instances here have to do.
   *
   * @param withPast whether to tell of other loads of the last hour too
   */
  Load read(boolean withPast) {
    noteStandIns();
    var window = histograms.last(NodeLimits.LOAD_SECONDS);
    double seconds = Math.max(SECONDS_MIN, window.length().toNanos() / NANOS_PER_SECOND);
    var served = byService(window.servings(), each -> answered(each) && isLocal(each));
    var calls = histograms.readCalls();
    var made = byService(calls, all -> true);
    var failed = byService(calls, call -> !answered(call));
    var counts = new HashMap<String, Integer>();
    instances.get().stream()
        .filter(InstanceRecord::local)
        .forEach(each -> counts.merge(each.service(), 1, Integer::sum));
    var limits = new HashMap<String, Integer>();
    local(gauges.get()).forEach(each -> limits.merge(each.service(), each.limit(), Math::max));
    var names = new TreeSet<>(counts.keySet());
    names.addAll(made.keySet());
    var services = new ArrayList<ServiceLoad>();
    for (var service : names) {
      var latencies = served.getOrDefault(service, Distribution.EMPTY);
      services.add(
          new ServiceLoad(
              service,
              counts.getOrDefault(service, 0),
              averages.getOrDefault(service, 0.0),
              latencies.count() / seconds,
              latencies.sumNanos() / NANOS_PER_SECOND / seconds,
              latencies.sumNanos() / Math.max(1, latencies.count()) / NANOS_PER_MICRO,
              latencies.nanosAt(P99) / NANOS_PER_MICRO,
              limits.getOrDefault(service, 0),
              made.getOrDefault(service, Distribution.EMPTY).count(),
              failed.getOrDefault(service, Distribution.EMPTY).count(),
              withPast ? past(service) : List.of()));
    }
    return new Load(node, Runtime.getRuntime().availableProcessors(), coresUsed(), services);
  }

  /** What a stand-in has served counts in the window for a minute after it is gone. */
  private void noteStandIns() {
    long now = ticker.nanos();
    instances.get().stream()
        .filter(each -> !each.local())
        .forEach(each -> standIns.put(each.id(), now));
    standIns.values().removeIf(last -> now - last > STAND_IN_KEPT.toNanos());
  }

  private static List<InstanceGauge> local(List<InstanceGauge> gauges) {
    return gauges.stream().filter(InstanceGauge::local).toList();
  }

  private boolean isLocal(Measured serving) {
    return !standIns.containsKey(serving.instance());
  }

  private List<Past> past(String service) {
    var known = past.get(service);
    return known == null ? List.of() : known.since(ticker.nanos());
  }

  private double coresUsed() {
    var then = notes.getFirst();
    double seconds = Math.max(SECONDS_MIN, (ticker.nanos() - then.atNanos()) / NANOS_PER_SECOND);
    return (cpuNanos.getAsLong() - then.cpuNanos()) / NANOS_PER_SECOND / seconds;
  }

  private static boolean answered(Measured measured) {
    return ANSWERED.contains(measured.outcome());
  }

  private static Map<String, Distribution> byService(
      Collection<Measured> all, Predicate<Measured> wanted) {
    var sums = new HashMap<String, Distribution>();
    for (var each : all) {
      // What is not told apart any more has no service.
      if (wanted.test(each) && !each.operation().equals(CallHistograms.OTHER)) {
        sums.merge(Operation.serviceOf(each.operation()), each.latencies(), Distribution::plus);
      }
    }
    return sums;
  }
}
