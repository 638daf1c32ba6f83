package io.weft.node.observe;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.json.JsonObject;
import io.vertx.core.streams.ReadStream;
import io.weft.mesh.Readiness;
import io.weft.mesh.ServiceProvider;
import io.weft.mesh.bus.BusMesh;
import io.weft.mesh.bus.ClusterNode;
import io.weft.mesh.telemetry.Decision;
import io.weft.mesh.time.Timers;
import io.weft.node.NodeLimits;
import io.weft.node.settings.Settings;
import io.weft.routing.admin.AuditLog;
import io.weft.routing.admin.Explain;
import io.weft.routing.admin.api.AuditList;
import io.weft.routing.admin.api.DecisionList;
import io.weft.routing.admin.api.DecisionQuery;
import io.weft.routing.admin.api.NodeDecision;
import io.weft.routing.admin.api.NodeOperations;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Supplier;

/** Serves what operators ask of this node, by the admin API of whichever node they talk to. */
public final class OperatorVerticle extends VerticleBase {
  private final BusMesh mesh;
  private final Timers timers;
  private final StatDesk stat;
  private final CheckDesk check;
  private final AuditLog audit;

  /**
   * Creates the instance of a node.
   *
   * @param readiness asks the node whether it can do its work
   * @param policies what counts, as {@code PolicyControl.show} tells it
   * @param services that the node hosts
   * @param audit who changed what by this node
   */
  public OperatorVerticle(
      ClusterNode cluster,
      Observatory observatory,
      Settings settings,
      Supplier<Future<Readiness>> readiness,
      Supplier<JsonObject> policies,
      List<ServiceProvider> services,
      AuditLog audit) {
    mesh = cluster.mesh();
    timers = cluster.time().timers();
    stat = new StatDesk(cluster.vertx(), mesh, observatory);
    check =
        new CheckDesk(
            cluster.vertx(),
            mesh,
            observatory,
            settings,
            readiness,
            policies,
            services,
            cluster.time().wall());
    this.audit = audit;
  }

  @Override
  public Future<?> start() {
    return Future.all(
        List.of(
            mesh.serve(NodeOperations.STAT, asked -> stat.stat(asked.windowSeconds())),
            mesh.serve(NodeOperations.CHECK, asked -> check.check()),
            mesh.serve(
                NodeOperations.LOG,
                change -> Future.succeededFuture(LogDesk.change(mesh.node(), change))),
            mesh.serve(NodeOperations.DECIDED, asked -> Future.succeededFuture(decided(asked))),
            mesh.serve(NodeOperations.DECISIONS, asked -> Future.succeededFuture(follow(asked))),
            mesh.serve(
                NodeOperations.TAP,
                asked ->
                    Future.succeededFuture(
                        TapDesk.open(
                            mesh.node(), mesh.taps(), timers, vertx.getOrCreateContext(), asked))),
            mesh.serve(
                NodeOperations.AUDIT,
                asked -> Future.succeededFuture(new AuditList(audit.latest(asked.limit())))),
            mesh.serve(
                NodeOperations.EXPLAINED,
                asked -> Future.succeededFuture(Explain.of(mesh.explanations(), asked.trace())))));
  }

  private DecisionList decided(DecisionQuery asked) {
    return new DecisionList(
        mesh.decisions().latest(asked.limit()).stream().map(OperatorVerticle::told).toList());
  }

  /** Tells of the latest, the oldest of them first, and then of those to come. */
  private ReadStream<NodeDecision> follow(DecisionQuery asked) {
    var unlisten = new Runnable[] {() -> {}};
    var outlet =
        new Outlet<NodeDecision>(
            vertx.getOrCreateContext(), NodeLimits.DECISIONS_WAITING_MAX, () -> unlisten[0].run());
    unlisten[0] = mesh.decisions().listen(decision -> outlet.offer(told(decision)));
    var before = new ArrayList<>(mesh.decisions().latest(asked.limit()));
    Collections.reverse(before);
    before.forEach(decision -> outlet.offerHere(told(decision)));
    return outlet;
  }

  private static NodeDecision told(Decision decision) {
    return new NodeDecision(
        decision.at(), decision.node(), decision.kind().word(), decision.subject(), decision.why());
  }
}
