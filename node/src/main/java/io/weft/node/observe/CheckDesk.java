package io.weft.node.observe;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.micrometer.backends.BackendRegistries;
import io.weft.mesh.Readiness;
import io.weft.mesh.ServiceProvider;
import io.weft.mesh.bus.BusMesh;
import io.weft.mesh.discovery.InstanceRecord;
import io.weft.mesh.discovery.MissingNode;
import io.weft.mesh.telemetry.Gauges.InstanceGauge;
import io.weft.mesh.telemetry.Measure;
import io.weft.mesh.time.WallClock;
import io.weft.node.NodeFile;
import io.weft.node.NodeLimits;
import io.weft.node.settings.Settings;
import io.weft.routing.admin.api.Finding;
import io.weft.routing.admin.api.NodeCheck;
import io.weft.routing.admin.api.NodeCheck.Missing;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has this node look into itself. */
final class CheckDesk {
  private static final Logger LOG = LoggerFactory.getLogger(CheckDesk.class);
  private static final String POLICIES = "node.policies";

  private final Vertx vertx;
  private final BusMesh mesh;
  private final Observatory observatory;
  private final Settings settings;
  private final Supplier<Future<Readiness>> readiness;
  private final Supplier<JsonObject> policies;
  private final List<ServiceProvider> services;
  private final WallClock clock;

  /** What is on the disk of the host. */
  private record Disk(@Nullable String policyFile, List<String> deadNodes) {}

  /**
   * Creates it.
   *
   * @param readiness asks the node whether it can do its work
   * @param policies what counts, as {@code PolicyControl.show} tells it
   * @param services that the node hosts
   */
  CheckDesk(
      Vertx vertx,
      BusMesh mesh,
      Observatory observatory,
      Settings settings,
      Supplier<Future<Readiness>> readiness,
      Supplier<JsonObject> policies,
      List<ServiceProvider> services,
      WallClock clock) {
    this.vertx = vertx;
    this.mesh = mesh;
    this.observatory = observatory;
    this.settings = settings;
    this.readiness = readiness;
    this.policies = policies;
    this.services = List.copyOf(services);
    this.clock = clock;
  }

  /** Looks into everything. */
  Future<NodeCheck> check() {
    var disk = vertx.executeBlocking(this::disk);
    var parts = readiness.get();
    var measures = observatory.readings();
    var missing = mesh.missing();
    return Future.all(disk, parts, measures, missing)
        .map(done -> told(disk.result(), parts.result(), measures.result(), missing.result()));
  }

  private NodeCheck told(
      Disk disk, Readiness parts, List<Measure> measures, List<MissingNode> missing) {
    var node = mesh.node();
    var counting = policies.get();
    var findings = new ArrayList<Finding>();
    findings.add(heap(node));
    findings.add(
        SelfChecks.loops(
            node, observatory.histograms().last(NodeLimits.CHECK_WINDOW_SECONDS).loopDelay()));
    boolean named =
        !settings.text("security.keyFile").isEmpty()
            || !settings.text("security.jwksUrl").isEmpty();
    findings.add(SelfChecks.keys(node, settings.text("security.mode"), named));
    var file = disk.policyFile();
    findings.add(
        SelfChecks.policyFile(
            node,
            counting.getString("behind"),
            file == null ? null : file.equals(counting.getString("text"))));
    findings.add(SelfChecks.leftovers(node, disk.deadNodes()));
    findings.add(
        SelfChecks.registered(
            node,
            mesh.gauges().instances().stream().map(InstanceGauge::instance).toList(),
            registered()));
    findings.addAll(SelfChecks.parts(node, parts));
    findings.addAll(pools(node));
    findings.addAll(SelfChecks.measures(node, clock.now(), measures));
    return new NodeCheck(
        node,
        clock.now(),
        counting.getLong("epoch", 0L),
        counting.getString("digest", ""),
        mesh.nodes().size(),
        endpoints(),
        findings,
        ManagementFactory.getRuntimeMXBean().getUptime(),
        missing.stream().map(CheckDesk::told).toList());
  }

  private static Missing told(MissingNode gone) {
    return new Missing(gone.node(), gone.member(), gone.silent().toMillis(), gone.why());
  }

  private List<String> registered() {
    return mesh.nodes().stream()
        .filter(record -> record.id().equals(mesh.node()))
        .flatMap(record -> record.instances().stream().map(InstanceRecord::id))
        .toList();
  }

  private Map<String, Integer> endpoints() {
    var counts = new TreeMap<String, Integer>();
    mesh.directory().endpoints().forEach((service, all) -> counts.put(service, all.size()));
    return counts;
  }

  private static Finding heap(String node) {
    long usedBytes = 0;
    for (var pool : ManagementFactory.getMemoryPoolMXBeans()) {
      var after = pool.getType() == MemoryType.HEAP ? pool.getCollectionUsage() : null;
      usedBytes += after == null ? 0 : after.getUsed();
    }
    return SelfChecks.heap(node, usedBytes, Runtime.getRuntime().maxMemory());
  }

  /** Of the pools of connections to databases, as the library counts them. */
  private List<Finding> pools(String node) {
    var registry = BackendRegistries.getDefaultNow();
    if (registry == null || services.isEmpty()) {
      return List.of();
    }
    int inUse = gauge(registry, "vertx.pool.in.use");
    int waiting = gauge(registry, "vertx.pool.queue.pending");
    int most = settings.number("postgres.poolSize") * services.size();
    return List.of(SelfChecks.pool(node, "all services", inUse, most, waiting));
  }

  private static int gauge(MeterRegistry registry, String name) {
    double sum = 0;
    for (Gauge each : registry.find(name).gauges()) {
      var id = each.getId();
      sum += "sql".equals(id.getTag("pool_type")) ? each.value() : 0;
    }
    return (int) sum;
  }

  private Disk disk() {
    return new Disk(policyFile(), deadNodes());
  }

  private @Nullable String policyFile() {
    try {
      return Files.readString(settings.path(POLICIES));
    } catch (IOException e) {
      return null; // It was not named, or is gone since.
    }
  }

  private List<String> deadNodes() {
    try {
      return NodeFile.list(settings.path("node.data")).stream()
          .filter(file -> !file.alive())
          .map(NodeFile::name)
          .toList();
    } catch (IOException e) {
      LOG.debug("node files cannot be read", e);
      return List.of();
    }
  }
}
