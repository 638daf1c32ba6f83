package io.weft.mesh.bus;

import io.weft.mesh.MeshLimits;
import io.weft.mesh.discovery.InstanceRecord;
import io.weft.mesh.discovery.NodeRecord;
import io.weft.mesh.telemetry.Gauges;
import io.weft.mesh.telemetry.Gauges.ClientGauges;
import io.weft.mesh.telemetry.Gauges.EndpointGauge;
import io.weft.mesh.telemetry.Gauges.InstanceGauge;
import io.weft.mesh.telemetry.Gauges.PeerGauge;
import io.weft.mesh.telemetry.Gauges.SiteGauge;
import io.weft.mesh.telemetry.Gauges.TargetGauge;
import io.weft.mesh.time.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Writes down, once a second on each event loop, how what belongs to that loop stands, so that
 * anybody may read it from any thread and no call pays for it.
 */
final class Gauging {
  private static final Part NOTHING =
      new Part(List.of(), new ClientGauges(List.of(), List.of()), List.of(), Duration.ZERO);

  private final Lanes lanes;
  private final Supplier<Collection<LocalInstance>> instances;
  private final Function<LocalInstance, InstanceGauge> gauge;
  private final Supplier<Duration> silence;
  private final Time time;
  private final AtomicReferenceArray<Part> parts;
  private volatile boolean closed;

  /** What one event loop wrote down. */
  private record Part(
      List<InstanceGauge> instances,
      ClientGauges client,
      List<PeerGauge> peers,
      Duration silence) {}

  /**
   * Creates what has written down nothing yet.
   *
   * @param instances the instances of this node
   * @param gauge tells how an instance stands, on its event loop
   * @param silence for how long no other node was heard; asked on the control lane
   */
  Gauging(
      Lanes lanes,
      Supplier<Collection<LocalInstance>> instances,
      Function<LocalInstance, InstanceGauge> gauge,
      Supplier<Duration> silence,
      Time time) {
    this.lanes = lanes;
    this.instances = instances;
    this.gauge = gauge;
    this.silence = silence;
    this.time = time;
    parts = new AtomicReferenceArray<>(lanes.size());
  }

  /** Begins to write down. From any thread. */
  void open() {
    lanes.all().forEach(lane -> lane.run(() -> every(lane)));
  }

  /** Writes down no more. From any thread. */
  void close() {
    closed = true;
  }

  private void every(Lane lane) {
    if (!closed) {
      parts.set(lane.index(), write(lane));
      time.timers().after(MeshLimits.GAUGE_INTERVAL, () -> every(lane));
    }
  }

  private Part write(Lane lane) {
    var own = new ArrayList<InstanceGauge>();
    for (var instance : instances.get()) {
      if (instance.lane() == lane) {
        own.add(gauge.apply(instance));
      }
    }
    return new Part(
        own,
        lanes.client(lane).gauges(),
        lane.peerGauges(),
        lane == lanes.control() ? silence.get() : Duration.ZERO);
  }

  /**
   * Returns what the event loops wrote down last, as one.
   *
   * @param nodes the nodes that are believed to be alive
   * @param epoch of the policies that count
   */
  Gauges read(List<NodeRecord> nodes, long epoch) {
    var own = new ArrayList<InstanceGauge>();
    var targets = new TreeMap<String, TargetGauge>();
    var endpoints = new TreeMap<String, EndpointGauge>();
    var peers = new TreeMap<String, PeerGauge>();
    var quiet = Duration.ZERO;
    for (int i = 0; i < parts.length(); i++) {
      var written = parts.get(i);
      var part = written == null ? NOTHING : written;
      own.addAll(part.instances());
      part.client().targets().forEach(t -> targets.merge(t.service(), t, Gauging::both));
      part.client()
          .endpoints()
          .forEach(e -> endpoints.merge(e.node() + "/" + e.instance(), e, Gauging::worse));
      part.peers().forEach(p -> peers.merge(p.node(), p, Gauging::both));
      quiet = part.silence().compareTo(quiet) > 0 ? part.silence() : quiet;
    }
    int known =
        (int)
            nodes.stream()
                .flatMap(node -> node.instances().stream())
                .filter(InstanceRecord::local)
                .count();
    return new Gauges(
        List.copyOf(own),
        List.copyOf(targets.values()),
        List.copyOf(endpoints.values()),
        List.copyOf(peers.values()),
        new SiteGauge(nodes.size(), known, quiet, epoch));
  }

  private static TargetGauge both(TargetGauge one, TargetGauge other) {
    return new TargetGauge(
        one.service(),
        Math.max(one.endpoints(), other.endpoints()),
        Math.max(one.ejected(), other.ejected()),
        Math.max(one.open(), other.open()),
        Math.max(one.halfOpen(), other.halfOpen()),
        one.inFlight() + other.inFlight(),
        one.budget() + other.budget(),
        one.retries() + other.retries(),
        one.refused() + other.refused());
  }

  private static PeerGauge both(PeerGauge one, PeerGauge other) {
    return new PeerGauge(one.node(), one.outboxBytes() + other.outboxBytes());
  }

  /** OPEN is worse than HALF_OPEN, and left out worse than not. */
  private static EndpointGauge worse(EndpointGauge one, EndpointGauge other) {
    boolean open = one.breaker().equals("OPEN") || other.breaker().equals("OPEN");
    return new EndpointGauge(
        one.service(),
        one.node(),
        one.instance(),
        open ? "OPEN" : one.breaker(),
        one.ejected() || other.ejected());
  }
}
