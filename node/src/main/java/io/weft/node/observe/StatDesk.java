package io.weft.node.observe;

import com.sun.management.OperatingSystemMXBean;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.weft.mesh.bus.BusMesh;
import io.weft.mesh.discovery.NodeRecord;
import io.weft.mesh.telemetry.Measured;
import io.weft.mesh.telemetry.Window;
import io.weft.routing.admin.api.NodeStat;
import io.weft.routing.admin.api.NodeStat.Instance;
import io.weft.routing.admin.api.NodeStat.Machine;
import io.weft.routing.admin.api.NodeStat.Part;
import io.weft.routing.admin.api.NodeStat.Suspect;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Tells what happened on this node in the last seconds. */
final class StatDesk {
  private static final double SECOND_NANOS = 1e9;
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final String RESIDENT = "VmRSS:";
  private static final long KIBI = 1_024;

  private final Vertx vertx;
  private final BusMesh mesh;
  private final Observatory observatory;

  /** What the process takes of its host. */
  record Taken(long residentBytes, double cpu) {}

  StatDesk(Vertx vertx, BusMesh mesh, Observatory observatory) {
    this.vertx = vertx;
    this.mesh = mesh;
    this.observatory = observatory;
  }

  /**
   * Tells it.
   *
   * @param seconds the last so many, 1 to 60
   */
  Future<NodeStat> stat(int seconds) {
    var window = observatory.histograms().last(seconds);
    return vertx.executeBlocking(StatDesk::taken).map(taken -> told(window, taken));
  }

  private NodeStat told(Window window, Taken taken) {
    var gauges = mesh.gauges();
    return new NodeStat(
        mesh.node(),
        window.length().toNanos() / SECOND_NANOS,
        machine(window, taken),
        parts(window.calls()),
        parts(window.servings()),
        parts(window.edges()),
        gauges.instances().stream()
            .map(
                each -> new Instance(each.instance(), each.inFlight(), each.limit(), each.queued()))
            .toList(),
        gauges.endpoints().stream()
            .map(each -> new Suspect(each.node(), each.instance(), each.breaker()))
            .toList());
  }

  private static List<Part> parts(List<Measured> measured) {
    return measured.stream()
        .map(
            each ->
                new Part(
                    each.operation(),
                    each.instance(),
                    each.caller(),
                    each.node(),
                    each.outcome().label(),
                    each.latencies().encoded()))
        .toList();
  }

  private Machine machine(Window window, Taken taken) {
    var heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
    return new Machine(
        ManagementFactory.getRuntimeMXBean().getUptime(),
        heap.getUsed(),
        Math.max(heap.getMax(), heap.getCommitted()),
        taken.residentBytes(),
        taken.cpu(),
        window.loopDelay().encoded(),
        mesh.policies().epoch(),
        draining());
  }

  private boolean draining() {
    return mesh.nodes().stream()
        .anyMatch(
            record ->
                record.id().equals(mesh.node()) && record.state() == NodeRecord.State.DRAINING);
  }

  /** Asks the host; it may block. */
  static Taken taken() {
    var system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    double cpu = system == null ? 0 : system.getProcessCpuLoad();
    return new Taken(resident(), cpu > 0 ? cpu : 0); // Below 0, or not a number: not known.
  }

  private static long resident() {
    try (var lines = Files.lines(STATUS)) {
      return lines
          .filter(line -> line.startsWith(RESIDENT))
          .map(line -> line.replaceAll("[^0-9]", ""))
          .mapToLong(text -> Long.parseLong(text) * KIBI)
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      return 0; // Only Linux has this file.
    }
  }
}
