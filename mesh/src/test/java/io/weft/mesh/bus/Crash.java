package io.weft.mesh.bus;

import static io.weft.mesh.bus.Await.await;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collection;

/** Ends nodes as crashes do: no goodbye, connections torn, nothing announced any more. */
final class Crash {
  private Crash() {}

  /**
   * Ends nodes at once. Tests that have seen what they came for end theirs so, too: to leave in
   * order takes seconds, and is tested by itself.
   */
  static void of(Collection<ClusterNode> nodes) throws Exception {
    nodes.forEach(ClusterNode::terminate);
    var closed = new ArrayList<Future<Void>>();
    nodes.forEach(node -> closed.add(node.vertx().close()));
    await(Future.join(closed));
  }
}
