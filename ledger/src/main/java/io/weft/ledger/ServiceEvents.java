package io.weft.ledger;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.weft.mesh.Event;
import io.weft.mesh.EventQuery;
import io.weft.mesh.ItemStream;
import io.weft.mesh.time.Time;

/**
 * What a node does for the events of one service: it relays them from the outbox to the log, feeds
 * them to whoever listens, and drops old ones.
 *
 * <p>Safe for use from any thread.
 */
final class ServiceEvents {
  private final Context context;
  private final EventLine line;
  private final Relay relay;
  private final EventFeed feed;
  private final EventRetention retention;

  /**
   * Creates what serves the events of a service.
   *
   * @param kept how many events are kept
   */
  ServiceEvents(Vertx vertx, Database database, Time time, String service, EventBound kept) {
    String channel = "weft_events_" + ServiceNames.of(service).schema();
    context = vertx.getOrCreateContext();
    line = new EventLine(context, database, time, channel);
    relay = new Relay(context, line, database, time, channel);
    feed = new EventFeed(vertx, context, line, database, time);
    retention = new EventRetention(database, time, service, kept);
  }

  /**
   * Starts.
   *
   * @return completes once events are read; a database that is away is tried again
   */
  Future<Void> start() {
    Promise<Void> started = Promise.promise();
    context.runOnContext(
        here -> {
          retention.start();
          line.open(
              () -> {
                relay.wake();
                feed.look().onSuccess(looked -> started.tryComplete());
              },
              feed::look);
        });
    return started.future();
  }

  /** Says that events have been committed. */
  void committed() {
    relay.wake();
  }

  /** Opens a stream of events; see {@link EventFeed#open}. */
  Future<ItemStream<Event>> open(EventQuery query) {
    return feed.open(query);
  }

  /** Tells how many pages have been read for readers who lagged. */
  Future<Long> pagesRead() {
    return Future.future(told -> context.runOnContext(here -> told.complete(feed.pagesRead())));
  }

  /** Tells how many readers have seen everything and wait. */
  Future<Integer> readersWaiting() {
    return Future.future(
        told -> context.runOnContext(here -> told.complete(feed.readersWaiting())));
  }

  /** Stops; a batch on its way is finished. */
  Future<Void> close() {
    return Future.future(
        closed ->
            context.runOnContext(
                here -> {
                  relay.stop();
                  retention.stop();
                  feed.stop();
                  line.close().onComplete(closed);
                }));
  }
}
