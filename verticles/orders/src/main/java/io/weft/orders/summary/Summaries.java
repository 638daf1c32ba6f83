package io.weft.orders.summary;

import io.vertx.core.Future;
import io.weft.ledger.Database;
import io.weft.ledger.EventConsumer;
import io.weft.mesh.Call;
import io.weft.mesh.Mesh;
import io.weft.mesh.time.Time;
import io.weft.orders.api.OrderSummary;
import io.weft.orders.api.Orders;
import io.weft.orders.api.RebuildSummaries;
import io.weft.orders.api.RebuiltSummaries;
import io.weft.users.api.UserId;
import io.weft.users.api.Users;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the orders of each user come to: kept by a consumer of the events of orders, one for all
 * instances, each event applied once.
 *
 * <p>For the verticle's context.
 */
public final class Summaries {
  private static final Logger LOG = LoggerFactory.getLogger(Summaries.class);

  private final Mesh mesh;
  private final SummaryStore store;
  private final EventConsumer consumer;

  /**
   * Creates the summaries of an instance.
   *
   * @param database of the service orders
   */
  public Summaries(Mesh mesh, Database database, Time time) {
    this.mesh = mesh;
    this.store = new SummaryStore(database);
    this.consumer =
        new EventConsumer(mesh, database, time, SummaryStore.CONSUMER, Orders.TOPICS, store);
  }

  /** Starts to apply events, as soon as no other instance does. */
  public void start() {
    consumer.start();
  }

  /** Stops, when what is being applied is stored. */
  public Future<Void> stop() {
    return consumer.stop();
  }

  /** Returns the summary of a user, who must be known to users when there are no orders. */
  public Future<OrderSummary> of(UUID user) {
    return store
        .find(user)
        .compose(
            summary ->
                summary.totals().isEmpty()
                    ? mesh.call(Users.GET, new UserId(user.toString())).map(known -> summary)
                    : Future.succeededFuture(summary));
  }

  /** Makes all summaries anew. */
  public Future<RebuiltSummaries> rebuild(RebuildSummaries request) {
    return store
        .rebuild(Call.current().orElseThrow(), request)
        .onSuccess(begun -> LOG.info("summaries are made anew after event {}", begun.after()));
  }
}
