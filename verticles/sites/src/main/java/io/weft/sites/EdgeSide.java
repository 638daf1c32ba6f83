package io.weft.sites;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.net.ProxyOptions;
import io.weft.mesh.ServiceProvider.Host;
import io.weft.mesh.link.EdgeLink;
import io.weft.mesh.link.HubAddress;
import io.weft.mesh.link.LinkException;
import io.weft.mesh.link.LinkReason;
import io.weft.mesh.link.LinkSession;
import io.weft.mesh.link.LinkState;
import io.weft.mesh.link.SiteIdentity;
import io.weft.mesh.link.WebSocketDialer;
import io.weft.sites.Lease.Held;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A node of an edge: it holds the site's link to the hub, or stands by. */
final class EdgeSide implements SiteSide, Holder.Link {
  private static final Logger LOG = LoggerFactory.getLogger(EdgeSide.class);

  private final Host host;
  private final Context home;
  private final SiteIdentity self;
  private final SiteSessions opening;
  private final WebSocketDialer dialer;
  private final IdentityStore identity;
  private final Holder holder;
  private @Nullable EdgeLink link;

  EdgeSide(
      Host host,
      Context home,
      SiteIdentity self,
      HubAddress hub,
      @Nullable ProxyOptions proxy,
      IdentityStore identity,
      Lease lease,
      SiteSessions opening) {
    this.host = host;
    this.home = home;
    this.self = self;
    this.identity = identity;
    this.opening = opening;
    dialer = new WebSocketDialer(host.vertx(), home, host.time().timers(), hub, proxy);
    holder = new Holder(host.time(), lease, host.mesh().node(), this);
  }

  @Override
  public void start() {
    holder.start();
  }

  @Override
  public void look() {
    holder.ask();
  }

  @Override
  public Future<Void> stop() {
    return holder
        .stop()
        .compose(given -> dialer.close())
        .onFailure(e -> LOG.debug("closing the way to the hub", e))
        .otherwiseEmpty();
  }

  @Override
  public void open(Held held) {
    close();
    var watched = new Watched();
    var opened =
        new EdgeLink(
            host.time(),
            turn -> home.runOnContext(end -> turn.run()),
            dialer,
            self,
            held.hub(),
            held.term(),
            this::began,
            watched::became);
    watched.link = opened;
    link = opened;
    opened.start();
  }

  @Override
  public void close() {
    var present = link;
    link = null;
    if (present != null) {
      present.stop();
    }
  }

  private LinkSession.Listener began(LinkSession begins) {
    LOG.info("the link to {} is there", begins.site());
    return opening.open(begins, () -> LOG.info("the link to {} has ended", begins.site()));
  }

  /** Hears what becomes of one link. */
  private final class Watched {
    private @Nullable EdgeLink link;

    void became(LinkState state) {
      LinkException why = state.why();
      if (state.phase() != LinkState.Phase.STOPPED || why == null || link != EdgeSide.this.link) {
        return;
      }
      if (why.reason() == LinkReason.SUPERSEDED) {
        holder.superseded(why.term());
      } else {
        LOG.error(
            "the hub lets this site link no more ({}); join it by a new invitation:"
                + " weft site join CODE",
            why.getMessage());
        identity.revoked().onFailure(e -> LOG.warn("that it was revoked is not written down", e));
      }
    }
  }
}
