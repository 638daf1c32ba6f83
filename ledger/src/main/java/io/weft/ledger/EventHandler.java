package io.weft.ledger;

import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.weft.mesh.Event;
import io.weft.mesh.MeshFailure;
import java.util.List;

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

  /**
   * Stores the effects of events in their order: one by one, unless a handler knows better, such as
   * one statement for all.
   *
   * @param events at least one; after a failure they come again one at a time
   */
  default Future<Void> applyAll(SqlConnection tx, List<Event> events) {
    Future<Void> applied = Future.succeededFuture();
    for (var event : events) {
      applied = applied.compose(done -> apply(tx, event));
    }
    return applied;
  }

  /**
   * Makes ready to begin anew, when what comes after the position is not in the log: it is no
   * longer kept ({@code event.position_gone}), or the log was set back ({@code
   * event.position_unknown}).
   *
   * @param tx the transaction in which the position becomes 0
   * @return whether all that is kept may be applied from the beginning; if not, which is the
   *     default, the consumer stays where it is until its position is set
   */
  default Future<Boolean> beginAnew(SqlConnection tx, MeshFailure.Application why) {
    return Future.succeededFuture(false);
  }
}
