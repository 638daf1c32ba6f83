package io.weft.routing.admin;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.Map;

/** Changes how many instances of services live across the cluster; the node does it. */
@FunctionalInterface
public interface Scaling {
  /**
   * Scales services.
   *
   * @param desired the number of live instances by service, each from 0 to {@code
   *     RoutingLimits.SCALE_MAX_INSTANCES}
   * @return what was done, where, and in how long; it fails with a {@link
   *     io.weft.routing.problem.ProblemException} or a {@link io.weft.mesh.MeshFailure} when it
   *     could not be done
   */
  Future<JsonObject> scale(Map<String, Integer> desired);
}
