package io.weft.orders;

import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.weft.ledger.DataService;
import io.weft.ledger.Expiry;
import io.weft.mesh.Topic;
import io.weft.mesh.telemetry.Measure;
import io.weft.orders.api.Orders;
import io.weft.orders.site.JournalBound;
import io.weft.orders.site.JournalStore;
import io.weft.orders.site.SlicePolicy;
import io.weft.orders.summary.Summaries;
import java.util.ArrayList;
import java.util.List;

/**
 * The service orders, as nodes find it: at a site that has a hub, what places orders there or in
 * the journal of the site.
 */
public final class OrdersProvider extends DataService {
  private static final String VERSION = "0.1.0";

  private final Edges edges = new Edges();

  /** Creates the provider; called by nodes. */
  public OrdersProvider() {
    super(Orders.SERVICE, VERSION);
  }

  @Override
  protected List<Topic<?>> topics() {
    return Orders.TOPICS;
  }

  @Override
  protected boolean tells(Host host) {
    return !hasHub(host);
  }

  @Override
  protected Future<List<Measure>> measure(Host host, Data data) {
    return hasHub(host)
        ? JournalStore.measures(data.database())
            .map(
                journal -> {
                  var all = new ArrayList<>(journal);
                  all.addAll(edges.measures());
                  return all;
                })
        : SagaStore.measures(data.database());
  }

  @Override
  protected Deployable instance(Host host, Data data) {
    var expiries =
        List.of(
            Expiry.ofInbox(data.database(), host.time()),
            new Expiry(
                "decided orders of the journal",
                data.database(),
                host.time(),
                connection -> JournalStore.forget(connection, OrdersLimits.JOURNAL_KEPT),
                OrdersLimits.JOURNAL_FORGOTTEN_PER_BATCH));
    return hasHub(host) ? edge(host, data, expiries) : orders(host, data, expiries);
  }

  private Deployable edge(Host host, Data data, List<Expiry> expiries) {
    return new EdgeVerticle(
        host.mesh(),
        host.settings().getJsonObject("node").getString("site"),
        new JournalStore(data.database(), host.time().rng(), JournalBound.DEFAULT),
        SlicePolicy.DEFAULT,
        expiries,
        edges,
        host.time());
  }

  private static Deployable orders(Host host, Data data, List<Expiry> expiries) {
    return new OrdersVerticle(
        host.mesh(),
        new OrderStore(data, host.time().wall()),
        new TimelineStore(data.database()),
        expiries,
        new Summaries(host.mesh(), data.database(), host.time()),
        host.time());
  }
}
