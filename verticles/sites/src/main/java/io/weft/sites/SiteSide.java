package io.weft.sites;

import io.vertx.core.Future;

/**
 * This node's part in the links of its site, as a hub or as an edge. For the event loop on which it
 * was started.
 */
interface SiteSide {
  /** Begins. */
  void start();

  /** Looks at once whether something has changed, rather than when it is time to. */
  void look();

  /**
   * Ends the links that this node holds.
   *
   * @return completes when others may have them; never fails
   */
  Future<Void> stop();
}
