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
import io.weft.sites.IdentityStore.Keys;
import io.weft.sites.Lease.Held;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A node of an edge: it holds the site's link to the hub, or stands by. */
final class EdgeSide implements SiteSide, Holder.Link {
  private static final Logger LOG = LoggerFactory.getLogger(EdgeSide.class);

  private final Host host;
  private final Context home;
  private final String self;
  private final SiteSessions opening;
  private final WebSocketDialer dialer;
  private final IdentityStore identity;
  private final Holder holder;
  private @Nullable Opened opened;

  /** Grows with each link that is opened or closed. */
  private long turn;

  EdgeSide(
      Host host,
      Context home,
      String self,
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
    open(held, turn);
  }

  /** Opens a link as soon as the site's keys are read, unless it is another's turn by then. */
  private void open(Held held, long mine) {
    identity
        .keys()
        .onComplete(
            (keys, failure) -> {
              if (turn != mine) {
                return;
              }
              if (failure == null) {
                var opens = new Opened(held, keys);
                opened = opens;
                opens.start();
              } else {
                LOG.warn("the keys of the site cannot be read: {}", failure.getMessage());
                host.time().timers().after(SitesLimits.START_INTERVAL, () -> openAgain(held, mine));
              }
            });
  }

  private void openAgain(Held held, long mine) {
    if (turn == mine) {
      open(held, mine);
    }
  }

  @Override
  public void close() {
    turn++;
    var present = opened;
    opened = null;
    if (present != null) {
      present.stop();
    }
  }

  /** One link, with the keys that it is made by. */
  private final class Opened {
    private final EdgeLink link;
    private final EdgeKeys keys;

    Opened(Held held, Keys own) {
      link =
          new EdgeLink(
              host.time(),
              turn -> home.runOnContext(end -> turn.run()),
              dialer,
              new SiteIdentity(self, own.present()),
              held.hub(),
              held.term(),
              this::began,
              this::became);
      keys = new EdgeKeys(host.time(), host.mesh().node(), identity, link, own);
    }

    void start() {
      link.start();
      keys.start();
    }

    void stop() {
      keys.stop();
      link.stop();
    }

    private LinkSession.Listener began(LinkSession begins) {
      LOG.info("the link to {} is there", begins.site());
      var begun =
          opening.open(
              begins,
              exports -> exports,
              () -> LOG.info("the link to {} has ended", begins.site()));
      keys.began(begun);
      return begun;
    }

    private void became(LinkState state) {
      if (opened != this) {
        return;
      }
      keys.became(state);
      LinkException why = state.why();
      if (state.phase() != LinkState.Phase.STOPPED || why == null) {
        return;
      }
      keys.stop();
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
