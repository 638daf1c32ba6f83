package io.weft.mesh.link;

import io.vertx.core.Future;

/** How an edge reaches its hub. */
@FunctionalInterface
public interface Dialer {
  /**
   * Opens a connection, within {@link io.weft.mesh.MeshLimits#LINK_CONNECT_TIMEOUT}.
   *
   * @return fails, on the link's event loop, when there is none to be had
   */
  Future<LinkSocket> dial();
}
