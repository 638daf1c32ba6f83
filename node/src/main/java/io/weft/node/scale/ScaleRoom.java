package io.weft.node.scale;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.VertxInternal;
import io.weft.mesh.bus.ClusterNode;
import io.weft.mesh.discovery.NodeRecord.State;
import io.weft.node.observe.Observatory;
import io.weft.node.policy.PolicyArchive;
import io.weft.node.scale.DesiredCounts.Count;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** All that a node does about the number of instances, put together. */
public final class ScaleRoom {
  private final ClusterNode cluster;
  private final Deployments deployments;
  private final PolicyArchive archive;
  private final CountsDesk counts;
  private final ScaleDesk desk;
  private final NodeVerticle verticle;

  /**
   * Puts it together.
   *
   * @param gateway the service whose instances stay while a node drains
   * @param observatory watches the node
   * @param readiness is told whether the node drains
   * @param data the folder in which desired counts are kept
   */
  public ScaleRoom(
      ClusterNode cluster,
      Deployments deployments,
      String gateway,
      Observatory observatory,
      Consumer<Boolean> readiness,
      Path data) {
    this.cluster = cluster;
    this.deployments = deployments;
    var mesh = cluster.mesh();
    var time = cluster.time();
    var decisions = mesh.decisions();
    archive = new PolicyArchive(cluster.vertx(), data, "counts", mesh.node());
    counts = new CountsDesk(cluster::counts, archive);
    var scaler = new Scaler(mesh, counts, time);
    var autoscaling = new Autoscaling(mesh, gateway, counts, scaler, decisions, time.ticker());
    desk = new ScaleDesk(cluster.vertx(), mesh, gateway, counts, scaler, autoscaling, time);
    verticle =
        new NodeVerticle(
            mesh,
            deployments,
            new Drainer(
                mesh, deployments, gateway::equals, cluster::draining, readiness, decisions, time),
            new LoadMeter(
                mesh.node(),
                () -> mesh.gauges().instances(),
                () -> mesh.nodes().get(0).instances(),
                observatory.histograms(),
                cpuNanos(),
                time.ticker()),
            new Upkeep(mesh.node(), mesh::nodes, this::deploy, decisions, time.ticker()),
            autoscaling,
            counts,
            observatory,
            time);
  }

  /** Runs so many instances here; completes on the context that called. */
  private Future<NodeScale.Done> deploy(String service, int instances) {
    Promise<NodeScale.Done> done = ((VertxInternal) cluster.vertx()).promise();
    deployments.set(service, instances).onComplete(done);
    return done.future();
  }

  /** Returns what tells for how long this process has kept processors busy, in nanoseconds. */
  private static LongSupplier cpuNanos() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean system
        ? () -> Math.max(0, system.getProcessCpuTime())
        : () -> 0;
  }

  /** Returns where operators scale, drain and plan. */
  public ScaleDesk desk() {
    return desk;
  }

  /** Takes the site's desired counts, and serves what other nodes ask of this one. */
  public Future<Void> open() {
    return archive
        .load()
        .compose(counts::open)
        .compose(open -> cluster.vertx().deployVerticle(verticle))
        .mapEmpty();
  }

  /** Looks for no more changes of the desired counts. */
  public void close() {
    counts.close();
  }

  /**
   * Returns how many instances of a service this node runs first: as many as its settings say, but
   * no more than the site misses. What it misses beyond that is placed when all nodes are there.
   *
   * @param said what the node's settings say
   */
  public int first(String service, int said) {
    var count = counts.standing().counts().services().get(service);
    return count == null ? said : first(service, said, count);
  }

  private int first(String service, int said, Count count) {
    var self = cluster.mesh().node();
    var nodes = new ArrayList<>(cluster.mesh().nodes());
    var own = nodes.get(0);
    nodes.set(0, own.next(State.SERVING, own.addresses(), own.instances(), own.published()));
    for (var group : ScalePlan.groups(service, count, nodes)) {
      if (group.hosts().stream().anyMatch(host -> host.id().equals(self))) {
        int missing = group.possible() - group.serving(service);
        return Math.max(0, Math.min(said, missing));
      }
    }
    return said; // Counted in other zones only: here, what the settings say.
  }
}
