package io.weft.sites;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.weft.ledger.Expiry;
import io.weft.mesh.ServiceProvider.Host;
import io.weft.mesh.link.SiteIdentity;
import io.weft.mesh.time.Timers;
import io.weft.sites.api.Sites;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One instance of the service sites: it serves the operations, and one of those on a node runs the
 * node's part in the links.
 */
final class SitesVerticle extends VerticleBase {
  private static final Logger LOG = LoggerFactory.getLogger(SitesVerticle.class);

  private final Host host;
  private final SiteSettings settings;
  private final SiteStores stores;
  private final Seat seat;
  private final AtomicInteger held;
  private final Expiry expiry;
  private final OwnEdge edge;
  private final Runnable seated = this::seated;
  private @Nullable SiteSide side;
  private Timers.@Nullable Handle again;
  private boolean stopped;

  SitesVerticle(
      Host host,
      SiteSettings settings,
      SiteStores stores,
      Seat seat,
      AtomicInteger held,
      Expiry expiry) {
    this.host = host;
    this.settings = settings;
    this.stores = stores;
    this.seat = seat;
    this.held = held;
    this.expiry = expiry;
    edge = new OwnEdge(host, settings);
  }

  @Override
  public Future<?> start() {
    expiry.start();
    var desk = new SiteDesk(host, settings, stores);
    var mesh = host.mesh();
    return Future.all(
            mesh.serve(Sites.INVITE, desk::invite),
            mesh.serve(Sites.REVOKE, request -> desk.revoke(request).onSuccess(done -> look())),
            mesh.serve(Sites.JOIN, request -> desk.join(request).onSuccess(done -> look())),
            mesh.serve(Sites.RENEW, request -> desk.renew()),
            mesh.serve(Sites.LIST, request -> desk.list(edge)))
        .onSuccess(served -> seat.take(seated));
  }

  @Override
  public Future<?> stop() {
    stopped = true;
    expiry.stop();
    if (again != null) {
      again.cancel();
    }
    var ended = side == null ? Future.<Void>succeededFuture() : side.stop();
    return ended.onComplete(done -> seat.leave(seated));
  }

  private void seated() {
    context.runOnContext(here -> begin());
  }

  /** Begins as soon as it is known who the site is. */
  private void begin() {
    if (stopped) {
      return;
    }
    stores
        .identity()
        .key()
        .onSuccess(
            key -> {
              if (!stopped) {
                var begun = side(new SiteIdentity(settings.self(), key));
                side = begun;
                begun.start();
              }
            })
        .onFailure(
            e -> {
              LOG.warn("the key of the site cannot be read, no links yet: {}", e.getMessage());
              again = host.time().timers().after(SitesLimits.START_INTERVAL, this::begin);
            });
  }

  private SiteSide side(SiteIdentity self) {
    Context home = Objects.requireNonNull(context);
    var opening = new SiteSessions(host, settings, stores, edge, held);
    return settings
        .hub()
        .<SiteSide>map(
            hub ->
                new EdgeSide(
                    host,
                    home,
                    self.name(),
                    hub,
                    settings.proxy(),
                    stores.identity(),
                    stores.lease(),
                    opening))
        .orElseGet(
            () ->
                new HubSide(host, home, self, stores.enrolments(), stores.invitations(), opening));
  }

  /**
   * What was changed here need not wait until it is looked at anyway. It is no part of the call
   * that changed it: what begins then outlives its deadline.
   */
  private void look() {
    context.runOnContext(
        here -> {
          if (side != null) {
            side.look();
          }
        });
  }
}
