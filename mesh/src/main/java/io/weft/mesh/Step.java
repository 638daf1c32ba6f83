package io.weft.mesh;

import io.vertx.core.Future;

/**
 * One step on the path of a call: the seam that every layer of the mesh shares.
 *
 * <p>A layer is a step that holds the next one. Steps run on one event loop and their futures
 * complete there; every failure is a {@link MeshFailure}.
 */
@FunctionalInterface
public interface Step {
  /** Takes a request and answers it, or passes it on. */
  Future<Reply> take(Request request);
}
