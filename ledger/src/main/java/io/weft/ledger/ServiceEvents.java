package io.weft.ledger;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.weft.mesh.Event;
import io.weft.mesh.EventQuery;
import io.weft.mesh.ItemStream;
import io.weft.mesh.time.Time;

/**
 * What a node does for the events of one service: it relays them from the outbox to the log and
 * feeds them to whoever listens.
 *
 * <p>Safe for use from any thread.
 */
final class ServiceEvents {
  private final Context context;
  private final EventLine line;
  private final Relay relay;
  private final EventFeed feed;

  ServiceEvents(Vertx vertx, Database database, Time time, String service) {
    String channel = "weft_events_" + ServiceNames.of(service).schema();
    context = vertx.getOrCreateContext();
    line = new EventLine(context, database, time, channel);
    relay = new Relay(context, line, database, time, channel);
    feed = new EventFeed(vertx, context, line, database, time);
  }

  /** Starts. A database that is away keeps nothing from starting. */
  void start() {
    context.runOnContext(
        here ->
            line.open(
                () -> {
                  relay.wake();
                  feed.look();
                },
                feed::look));
  }

  /** Says that events have been committed. */
  void committed() {
    relay.wake();
  }

  /** Opens a stream of events; see {@link EventFeed#open}. */
  Future<ItemStream<Event>> open(EventQuery query) {
    return feed.open(query);
  }

  /** Stops; a batch on its way is finished. */
  Future<Void> close() {
    return Future.future(
        closed ->
            context.runOnContext(
                here -> {
                  relay.stop();
                  feed.stop();
                  line.close().onComplete(closed);
                }));
  }
}
