package io.weft.node.scale;

import io.weft.mesh.Operation;

/**
 * The contract of the operation by which one node asks another, or itself, to change how many
 * instances of a service it runs.
 *
 * <p>Every node serves it; a caller names the node with {@link io.weft.mesh.CallOptions#withNode}.
 * It sets a number rather than adding to one, so repeating it does no harm.
 */
public interface NodeScale {
  /** Sets the number of instances; replies when they serve, or have finished what they ran. */
  Operation<Request, Done> SCALE = Operation.command("node.scale", Request.class, Done.class);

  /** The code of the failure for a service that the node does not host. */
  String NOT_HOSTED = "scale.not_hosted";

  /** The code of the failure for a number of instances out of range. */
  String OUT_OF_RANGE = "scale.out_of_range";

  /** The code of the failure for a zone in which no node is. */
  String UNKNOWN_ZONE = "scale.unknown_zone";

  /** The code of the failure for an instance on a node that drains. */
  String DRAINING = "scale.draining";

  /**
   * What to do.
   *
   * @param service the service's name
   * @param instances how many instances the node shall run, 0 to {@link
   *     io.weft.node.NodeLimits#INSTANCES_MAX}
   */
  record Request(String service, int instances) {}

  /**
   * What was done.
   *
   * @param node the node that did it
   * @param before instances that it ran before
   * @param after instances that it runs now
   */
  record Done(String node, int before, int after) {}
}
