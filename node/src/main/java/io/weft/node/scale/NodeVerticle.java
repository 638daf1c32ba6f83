package io.weft.node.scale;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.weft.mesh.Mesh;
import io.weft.mesh.time.Time;
import io.weft.node.NodeLimits;
import io.weft.node.observe.Observatory;
import java.time.Duration;

/**
 * The node's own instance on the mesh: serves what other nodes ask of this one, and does what it
 * does by itself again and again.
 */
public final class NodeVerticle extends VerticleBase {
  private final Mesh mesh;
  private final Deployments deployments;
  private final Drainer drainer;
  private final LoadMeter meter;
  private final Upkeep upkeep;
  private final Autoscaling autoscaling;
  private final CountsDesk counts;
  private final Observatory observatory;
  private final Time time;
  private boolean stopped;

  /** Creates the instance. */
  NodeVerticle(
      Mesh mesh,
      Deployments deployments,
      Drainer drainer,
      LoadMeter meter,
      Upkeep upkeep,
      Autoscaling autoscaling,
      CountsDesk counts,
      Observatory observatory,
      Time time) {
    this.mesh = mesh;
    this.deployments = deployments;
    this.drainer = drainer;
    this.meter = meter;
    this.upkeep = upkeep;
    this.autoscaling = autoscaling;
    this.counts = counts;
    this.observatory = observatory;
    this.time = time;
  }

  @Override
  public Future<?> start() {
    every(NodeLimits.LOAD_SAMPLE_INTERVAL, meter::sample);
    every(NodeLimits.CPU_NOTE_INTERVAL, meter::note);
    every(Duration.ofSeconds(NodeLimits.LOAD_SECONDS), meter::remember);
    every(
        NodeLimits.UPKEEP_INTERVAL,
        () -> upkeep.look(counts.standing().epoch(), counts.standing().counts()));
    every(NodeLimits.AUTOSCALE_INTERVAL, autoscaling::look);
    return mesh.serve(
            NodeScale.SCALE, request -> deployments.set(request.service(), request.instances()))
        .compose(
            served ->
                mesh.serve(
                    NodeLoad.LOAD, request -> Future.succeededFuture(meter.read(request.past()))))
        .compose(served -> mesh.serve(NodeDrain.DRAIN, drainer::change))
        .compose(served -> observatory.serve());
  }

  @Override
  public Future<?> stop() {
    stopped = true;
    return Future.succeededFuture();
  }

  private void every(Duration interval, Runnable task) {
    time.timers()
        .after(
            interval,
            () -> {
              if (!stopped) {
                every(interval, task); // First: a task that fails is to be tried again.
                task.run();
              }
            });
  }
}
