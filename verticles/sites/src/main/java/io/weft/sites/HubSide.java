package io.weft.sites;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.weft.mesh.ServiceProvider.Host;
import io.weft.mesh.link.HubDoor;
import io.weft.mesh.link.HubLinks;
import io.weft.mesh.link.LinkSession;
import io.weft.mesh.link.SiteIdentity;
import io.weft.mesh.time.Timers;
import io.weft.sites.EnrolmentStore.Known;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node of a hub: it lets the links of enrolled sites in, and looks again and again whether they
 * may stay: whether a site was revoked, has joined with another key, or has its link at another
 * node by now.
 *
 * <p>While the database is away the links that are there stay, as nobody can have been revoked, and
 * no others come.
 */
final class HubSide implements SiteSide {
  private static final Logger LOG = LoggerFactory.getLogger(HubSide.class);

  private final Host host;
  private final Context home;
  private final SiteSessions opening;
  private final EnrolmentStore enrolments;
  private final HubLinks links;
  private final Map<String, SiteSession> linked = new HashMap<>();

  private Timers.@Nullable Handle next;
  private boolean looking;
  private boolean stopped;

  HubSide(
      Host host,
      Context home,
      SiteIdentity self,
      EnrolmentStore enrolments,
      InvitationStore invitations,
      SiteSessions opening) {
    this.host = host;
    this.home = home;
    this.enrolments = enrolments;
    this.opening = opening;
    links =
        new HubLinks(
            host.time(),
            turn -> home.runOnContext(end -> turn.run()),
            self,
            enrolments,
            invitations,
            this::began);
  }

  @Override
  public void start() {
    host.links().open(new HubDoor(links, home, host.time()));
    later();
  }

  @Override
  public void look() {
    if (looking || stopped || linked.isEmpty()) {
      return;
    }
    looking = true;
    var sites = List.copyOf(linked.keySet());
    enrolments
        .known(sites)
        .onComplete(
            (known, failure) -> {
              looking = false;
              if (failure == null) {
                sites.forEach(site -> judge(site, known.get(site)));
              } else {
                LOG.debug("who is enrolled cannot be looked up: {}", failure.getMessage());
              }
            });
  }

  @Override
  public Future<Void> stop() {
    stopped = true;
    if (next != null) {
      next.cancel();
    }
    host.links().close();
    links.stop();
    return Future.succeededFuture();
  }

  private LinkSession.Listener began(LinkSession session) {
    var site = session.site();
    var begun =
        opening.open(
            session,
            exports ->
                new Renewals(
                    enrolments,
                    site,
                    session.id(),
                    () -> links.provedBy(site).orElseThrow(),
                    exports),
            () -> ended(session));
    linked.put(site, begun);
    LOG.info("{} has a link here", site);
    return begun;
  }

  private void ended(LinkSession over) {
    var present = linked.get(over.site());
    if (present != null && present.session() == over) {
      linked.remove(over.site());
    }
  }

  private void judge(String site, @Nullable Known known) {
    var provedBy = links.provedBy(site).orElse(null);
    if (provedBy == null) {
      return; // It has ended meanwhile.
    }
    if (known == null || known.enrolment().revoked()) {
      LOG.info("{} may link no more", site);
      links.revoke(site);
    } else if (known.enrolment().key().equals(provedBy)) {
      links.supersede(site, known.term());
    } else if (!Objects.equals(provedBy, known.before())) {
      LOG.info("{} has joined again with another key than it came with", site);
      links.revoke(site);
    } else if (!known.isRenewed()) {
      LOG.info("{} has renewed its key, and is still here by the one before", site);
      links.outdate(site);
    }
  }

  private void later() {
    next =
        host.time()
            .timers()
            .after(
                SitesLimits.LOOK_INTERVAL,
                () -> {
                  look();
                  later();
                });
  }
}
