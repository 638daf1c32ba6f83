package io.weft.routing.admin.api;

import io.weft.mesh.Operation;
import io.weft.mesh.StreamOperation;

/**
 * What every node tells of itself, and takes from operators, on the mesh.
 *
 * <p>Whoever asks names the node with {@link io.weft.mesh.CallOptions#withNode}.
 */
public interface NodeOperations {
  /** The service by which nodes are asked of themselves. */
  String SERVICE = "node";

  /** What happened on the node in the last seconds. */
  Operation<StatQuery, NodeStat> STAT =
      Operation.query("node.stat", StatQuery.class, NodeStat.class);

  /** What the node finds when it looks into itself. */
  Operation<CheckQuery, NodeCheck> CHECK =
      Operation.query("node.check", CheckQuery.class, NodeCheck.class);

  /** Tells the levels of the node's logs, and sets one first if asked to. */
  Operation<LogChange, LogLevels> LOG =
      Operation.command("node.log", LogChange.class, LogLevels.class);

  /** What the node decided of late. */
  Operation<DecisionQuery, DecisionList> DECIDED =
      Operation.query("node.decided", DecisionQuery.class, DecisionList.class);

  /** The same, and then what it decides as it does. */
  StreamOperation<DecisionQuery, NodeDecision> DECISIONS =
      StreamOperation.of("node.decisions", DecisionQuery.class, NodeDecision.class);

  /** The calls that the node makes, as they end. */
  StreamOperation<TapQuery, Tapped> TAP =
      StreamOperation.of("node.tap", TapQuery.class, Tapped.class);

  /** Who changed what by the node's admin API. */
  Operation<AuditQuery, AuditList> AUDIT =
      Operation.query("node.audit", AuditQuery.class, AuditList.class);

  /** How the node made those calls that were to be explained. */
  Operation<ExplainQuery, ExplainedCalls> EXPLAINED =
      Operation.query("node.explained", ExplainQuery.class, ExplainedCalls.class);
}
