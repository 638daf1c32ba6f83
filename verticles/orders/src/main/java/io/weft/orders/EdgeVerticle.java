package io.weft.orders;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.weft.ledger.DataService;
import io.weft.ledger.Expiry;
import io.weft.mesh.CallOptions;
import io.weft.mesh.Mesh;
import io.weft.mesh.Operation;
import io.weft.mesh.telemetry.Decision;
import io.weft.mesh.time.Time;
import io.weft.orders.api.Orders;
import io.weft.orders.api.RetriedDisputed;
import io.weft.orders.site.HubEscrow;
import io.weft.orders.site.HubOrders;
import io.weft.orders.site.JournalStore;
import io.weft.orders.site.Mode;
import io.weft.orders.site.Refill;
import io.weft.orders.site.Refills;
import io.weft.orders.site.Returning;
import io.weft.orders.site.SlicePolicy;
import io.weft.users.api.EscrowBalance;
import io.weft.users.api.EscrowGrant;
import io.weft.users.api.GrantEscrow;
import io.weft.users.api.ReturnEscrow;
import io.weft.users.api.User;
import io.weft.users.api.UserId;
import io.weft.users.api.Users;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One instance of the service orders at a site that has a hub. What it does not serve, such as
 * lists of orders, is served by whoever stands for the hub in this site.
 */
final class EdgeVerticle extends VerticleBase {
  private static final Logger LOG = LoggerFactory.getLogger(EdgeVerticle.class);

  private final Mesh mesh;
  private final String site;
  private final JournalStore journal;
  private final SlicePolicy slices;
  private final List<Expiry> expiries;
  private final Edges edges;
  private final Time time;
  private Optional<Returning> returning = Optional.empty();

  /**
   * Creates an instance.
   *
   * @param site the site's name
   * @param edges where it is listed while it runs
   */
  EdgeVerticle(
      Mesh mesh,
      String site,
      JournalStore journal,
      SlicePolicy slices,
      List<Expiry> expiries,
      Edges edges,
      Time time) {
    this.mesh = mesh;
    this.site = site;
    this.journal = journal;
    this.slices = slices;
    this.expiries = List.copyOf(expiries);
    this.edges = edges;
    this.time = time;
  }

  @Override
  public Future<?> start() {
    return journal.open().compose(opened -> serve());
  }

  private Future<?> serve() {
    var refills = new Refills(new Refill(site, journal, new Escrow(), slices), this::limit);
    var back =
        new Returning(
            site,
            journal,
            request -> atHub(Users.OPEN_ESCROW, request),
            HubOrders.by(site, request -> atHub(Orders.REPLAY, request)),
            new Told(refills),
            time.timers(),
            time.rng());
    returning = Optional.of(back);
    edges.add(back);
    // Not on the context of a call, whose deadline and principal are not those of the purse.
    var desk =
        new EdgeDesk(
            mesh,
            journal,
            new SiteDesk(journal, time),
            back,
            user -> context.runOnContext(here -> refills.want(user)));
    expiries.forEach(Expiry::start);
    back.start();
    return Future.all(
        mesh.serve(Orders.PLACE, desk::place),
        mesh.serve(Orders.GET, desk::find),
        mesh.serve(Orders.CANCEL, desk::cancel),
        mesh.serve(Orders.JOURNAL, request -> journal.report(back.mode() == Mode.LINKED)),
        mesh.serve(
            Orders.RETRY_DISPUTED, request -> journal.retryDisputed().map(RetriedDisputed::new)));
  }

  private <Q, R> Future<R> atHub(Operation<Q, R> operation, Q request) {
    var options =
        CallOptions.DEFAULT.withSite(DataService.HUB).withTimeout(OrdersLimits.REPLAY_TIMEOUT);
    return mesh.call(operation, request, options);
  }

  private Future<Long> limit(UUID user) {
    return mesh.call(Users.GET, new UserId(user.toString()))
        .map(known -> known.status() == User.Status.ACTIVE ? known.credit().limit() : 0L);
  }

  @Override
  public Future<?> stop() {
    expiries.forEach(Expiry::stop);
    returning.ifPresent(
        back -> {
          back.stop();
          edges.remove(back);
        });
    return journal
        .leave()
        .onFailure(e -> LOG.debug("the journal is not left: {}", e.getMessage()))
        .otherwiseEmpty();
  }

  /** The hub, asked about escrow. */
  private final class Escrow implements HubEscrow {
    @Override
    public Future<EscrowGrant> grant(GrantEscrow request) {
      return atHub(Users.GRANT_ESCROW, request);
    }

    @Override
    public Future<EscrowBalance> takeBack(ReturnEscrow request) {
      return atHub(Users.RETURN_ESCROW, request);
    }
  }

  /** Passes on what happens to the site. */
  private final class Told implements Returning.Listener {
    private final Refills refills;

    Told(Refills refills) {
      this.refills = refills;
    }

    @Override
    public void linked() {
      LOG.info("site {} has its hub, and nothing waits in its journal", site);
      refills.open();
    }

    @Override
    public void alone(String why, boolean undecided) {
      LOG.warn("site {} works alone: {}", site, why);
      refills.close();
      if (undecided) {
        mesh.decisions()
            .add(
                Decision.Kind.ALERT,
                "site " + site,
                "works alone until an operator decides: " + why);
      }
    }

    @Override
    public void renewed(String why) {
      LOG.error("the journal of site {} was void and begins anew: {}", site, why);
    }
  }
}
