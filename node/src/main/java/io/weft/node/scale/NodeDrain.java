package io.weft.node.scale;

import io.weft.mesh.Operation;
import java.util.Map;

/**
 * The contract of the operation by which a node is told to give its work up, or to take it on
 * again.
 *
 * <p>Repeating it does no harm: a node that drains answers what it did.
 */
public interface NodeDrain {
  /** Drains one node, or takes that back; a caller names the node. */
  Operation<Request, Done> DRAIN = Operation.command("node.drain", Request.class, Done.class);

  /** The code of the failure for a node that has the last instance of a service. */
  String LAST_INSTANCE = "drain.last_instance";

  /** The code of the failure for a node that nobody knows. */
  String UNKNOWN_NODE = "drain.unknown_node";

  /**
   * What to do.
   *
   * @param drain whether to drain; false to take work on again
   * @param force whether to do so although a service then has no instance any more
   */
  record Request(boolean drain, boolean force) {}

  /**
   * What was done.
   *
   * @param node the node that did it
   * @param draining whether it drains now
   * @param before how many instances it ran, by service
   * @param after how many instances it runs now, by service
   */
  record Done(
      String node, boolean draining, Map<String, Integer> before, Map<String, Integer> after) {
    /** Copies the maps. */
    public Done {
      before = Map.copyOf(before);
      after = Map.copyOf(after);
    }
  }
}
