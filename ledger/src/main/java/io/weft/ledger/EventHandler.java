package io.weft.ledger;

import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.weft.mesh.Event;

/** What a consumer makes of an event. */
@FunctionalInterface
public interface EventHandler {
  /**
   * Stores the effect of one event.
   *
   * @param tx the transaction in which the consumer's position is stored too, so that the effect
   *     comes about once; anything done outside it may be done again
   * @return completes when the next event may be applied; a failure stops the consumer at this one,
   *     until a later attempt succeeds
   */
  Future<Void> apply(SqlConnection tx, Event event);
}
