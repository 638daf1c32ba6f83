package io.weft.users;

import io.vertx.core.Future;
import io.weft.ledger.Database;
import io.weft.ledger.EventConsumer;
import io.weft.mesh.Mesh;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.time.Time;
import io.weft.mesh.time.Timers;
import io.weft.users.ReplicaStore.Turn;
import io.weft.users.api.EventsEnd;
import io.weft.users.api.ListUsers;
import io.weft.users.api.ReadEventsEnd;
import io.weft.users.api.Users;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what a site knows of the accounts of its hub: reads all of them once, applies the events of
 * users from then on, and asks every {@link UsersLimits#REPLICA_INTERVAL} how far the log has come,
 * which is how the site knows how old its knowledge may be.
 *
 * <p>Of the instances in a site one does so at a time. What is asked of the hub, whoever stands for
 * it in this site answers; while nobody does, the replica grows older. For one context.
 */
final class Replica {
  private static final Logger LOG = LoggerFactory.getLogger(Replica.class);

  private final Mesh mesh;
  private final ReplicaStore store;
  private final Time time;
  private final EventConsumer consumer;
  private Timers.Handle next = () -> {};
  private boolean stopped;

  Replica(Mesh mesh, Database database, ReplicaStore store, Time time) {
    this.mesh = mesh;
    this.store = store;
    this.time = time;
    consumer =
        new EventConsumer(
            mesh,
            database,
            time,
            ReplicaStore.CONSUMER,
            List.of(Users.REGISTERED, Users.CHANGED),
            store);
  }

  void start() {
    consumer.start();
    look();
  }

  /** Stops, when what is being applied is stored. */
  Future<Void> stop() {
    stopped = true;
    next.cancel();
    return consumer
        .stop()
        .compose(done -> store.leave())
        .onFailure(e -> LOG.debug("the replica is not left: {}", e.getMessage()))
        .otherwiseEmpty();
  }

  private void look() {
    store
        .take(UsersLimits.REPLICA_LEASE, UsersLimits.REPLICA_KEPT)
        .compose(turn -> turn.map(this::work).orElseGet(() -> Future.succeededFuture(false)))
        .onFailure(e -> LOG.debug("the hub's users are not known anew: {}", e.getMessage()))
        .onComplete(
            (more, failure) -> {
              if (failure == null && more && !stopped) {
                look();
              } else {
                later();
              }
            });
  }

  private void later() {
    if (!stopped) {
      // Jitter, so that the sites of a hub do not come at once.
      long millis = UsersLimits.REPLICA_INTERVAL.toMillis();
      next =
          time.timers()
              .after(
                  Duration.ofMillis((long) (millis * (0.75 + time.rng().nextDouble() / 2))),
                  this::look);
    }
  }

  private Future<Boolean> work(Turn turn) {
    if (!turn.begun()) {
      return end().compose(end -> store.begin(turn, end)).map(true);
    }
    if (!turn.read()) {
      return mesh.call(Users.LIST, new ListUsers(UsersLimits.PAGE_MAX, turn.cursor()))
          .compose(page -> store.store(turn, page), failure -> refused(turn, failure));
    }
    return end().compose(end -> store.heard(turn, end)).map(false);
  }

  private Future<Long> end() {
    return mesh.call(Users.EVENTS_END, new ReadEventsEnd()).map(EventsEnd::position);
  }

  /** A hub that was restored, or is another one, does not know the page that the last one gave. */
  private Future<Boolean> refused(Turn turn, Throwable failure) {
    return turn.cursor() != null
            && failure instanceof MeshFailure.Application refusal
            && refusal.code().equals("cursor.invalid")
        ? store.readAnew(turn).map(true)
        : Future.failedFuture(failure);
  }
}
