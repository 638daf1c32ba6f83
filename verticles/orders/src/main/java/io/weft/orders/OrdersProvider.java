package io.weft.orders;

import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.weft.ledger.DataService;
import io.weft.ledger.Expiry;
import io.weft.mesh.Topic;
import io.weft.mesh.telemetry.Measure;
import io.weft.orders.api.Orders;
import io.weft.orders.site.JournalStore;
import io.weft.orders.summary.Summaries;
import java.util.List;

/** The service orders, as nodes find it. */
public final class OrdersProvider extends DataService {
  private static final String VERSION = "0.1.0";

  /** Creates the provider; called by nodes. */
  public OrdersProvider() {
    super(Orders.SERVICE, VERSION);
  }

  @Override
  protected List<Topic<?>> topics() {
    return Orders.TOPICS;
  }

  @Override
  protected Future<List<Measure>> measure(Host host, Data data) {
    return SagaStore.measures(data.database());
  }

  @Override
  protected Deployable instance(Host host, Data data) {
    return new OrdersVerticle(
        host.mesh(),
        new OrderStore(data, host.time().wall()),
        new TimelineStore(data.database()),
        List.of(
            Expiry.ofInbox(data.database(), host.time()),
            new Expiry(
                "decided orders of the journal",
                data.database(),
                host.time(),
                connection -> JournalStore.forget(connection, OrdersLimits.JOURNAL_KEPT),
                OrdersLimits.JOURNAL_FORGOTTEN_PER_BATCH)),
        new Summaries(host.mesh(), data.database(), host.time()),
        host.time());
  }
}
