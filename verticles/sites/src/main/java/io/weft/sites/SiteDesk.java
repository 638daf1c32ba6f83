package io.weft.sites;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.weft.ledger.DataService;
import io.weft.mesh.ServiceProvider.Host;
import io.weft.mesh.link.EdgeJoining;
import io.weft.mesh.link.Invitation;
import io.weft.mesh.link.SiteKey;
import io.weft.mesh.link.SiteName;
import io.weft.mesh.link.SitePublicKey;
import io.weft.mesh.link.WebSocketDialer;
import io.weft.sites.api.EdgeReport;
import io.weft.sites.api.FollowedPolicies;
import io.weft.sites.api.InviteSite;
import io.weft.sites.api.JoinHub;
import io.weft.sites.api.JoinedHub;
import io.weft.sites.api.RenewedKey;
import io.weft.sites.api.RevokedSite;
import io.weft.sites.api.SiteId;
import io.weft.sites.api.SiteInvitation;
import io.weft.sites.api.SiteLink;
import io.weft.sites.api.SiteList;
import io.weft.sites.api.SiteList.Role;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What operators do with the sites of this one: invite, revoke, join, renew, look. */
final class SiteDesk {
  private static final Logger LOG = LoggerFactory.getLogger(SiteDesk.class);

  private final Host host;
  private final SiteSettings settings;
  private final SiteStores stores;

  SiteDesk(Host host, SiteSettings settings, SiteStores stores) {
    this.host = host;
    this.settings = settings;
    this.stores = stores;
  }

  Future<SiteInvitation> invite(InviteSite request) {
    if (settings.hub().isPresent()) {
      return Future.failedFuture(SiteFailures.hasHub(settings));
    }
    var site = name(request.site());
    var minutes = minutes(request.minutes());
    var hub = settings.gateway();
    return stores
        .identity()
        .key()
        .compose(
            key -> {
              var code = Invitation.Code.create(hub, key.shown(), site);
              var expires = host.time().wall().now().plus(minutes);
              return stores
                  .invitations()
                  .invite(code.invitation(expires))
                  .map(
                      new SiteInvitation(site, code.text(), text(hub.host(), hub.port()), expires));
            });
  }

  Future<RevokedSite> revoke(SiteId request) {
    var site = name(request.site());
    return stores
        .enrolments()
        .revoke(site)
        .compose(
            since ->
                since
                    .map(when -> Future.succeededFuture(new RevokedSite(site, when)))
                    .orElseGet(() -> Future.failedFuture(SiteFailures.notFound(site))));
  }

  Future<JoinedHub> join(JoinHub request) {
    var hub = settings.hub().orElseThrow(() -> SiteFailures.noHub(settings));
    var code = code(request.code());
    var home = host.vertx().getOrCreateContext();
    var dialer =
        new WebSocketDialer(host.vertx(), home, host.time().timers(), hub, settings.proxy());
    return stores
        .identity()
        .key()
        .compose(
            key ->
                EdgeJoining.join(host.time(), dialer, code, key)
                    .recover(e -> Future.failedFuture(SiteFailures.refused(e, hub)))
                    .compose(
                        joined -> stores.identity().join(code.key(), text(hub.host(), hub.port())))
                    .map(done -> joined(code, key)))
        .eventually(
            () ->
                dialer
                    .close()
                    .onFailure(e -> LOG.debug("closing the way to the hub", e))
                    .otherwiseEmpty());
  }

  Future<RenewedKey> renew() {
    if (settings.hub().isEmpty()) {
      return Future.failedFuture(SiteFailures.noHub(settings));
    }
    return stores
        .identity()
        .prepare()
        .compose(next -> renewed(next, SitesLimits.RENEWED_LOOKS_MAX));
  }

  private Future<RenewedKey> renewed(SitePublicKey next, int looks) {
    return stores
        .identity()
        .shown()
        .compose(
            shown -> {
              boolean known = shown.equals(next);
              if (known || looks == 0) {
                return Future.succeededFuture(
                    new RenewedKey(settings.self(), next.fingerprint(), known));
              }
              Promise<Void> later = Promise.promise();
              host.time()
                  .timers()
                  .after(SitesLimits.RENEWED_LOOK_INTERVAL, () -> later.tryComplete());
              return later.future().compose(now -> renewed(next, looks - 1));
            });
  }

  /**
   * Lists the links of this site, and how it stands itself.
   *
   * @param edge how it stands as an edge
   */
  Future<SiteList> list(OwnEdge edge) {
    return settings.hub().isPresent()
        ? Future.all(links(), edge.read())
            .map(
                both ->
                    new SiteList(
                        settings.self(), Role.EDGE, both.resultAt(0), both.<EdgeReport>resultAt(1)))
        : links()
            .map(
                links ->
                    new SiteList(
                        settings.self(), links.isEmpty() ? Role.ALONE : Role.HUB, links, null));
  }

  /** Returns the links of this site. */
  Future<List<SiteLink>> links() {
    if (settings.hub().isPresent()) {
      return stores.links().ofEdge().compose(this::followed);
    }
    var own = host.policies().get();
    return stores
        .links()
        .ofHub()
        .map(
            links ->
                links.stream()
                    .map(link -> link.with(PolicyView.of(link.policies(), own)))
                    .toList());
  }

  /** What an edge says of its hub's policies is its own word, not the hub's. */
  private Future<List<SiteLink>> followed(List<SiteLink> links) {
    if (!settings.followsHub()) {
      return Future.succeededFuture(links.stream().map(link -> link.with(null)).toList());
    }
    return stores
        .policies()
        .read()
        .map(
            found -> {
              var known = found.orElse(FollowedPolicies.UNHEARD);
              return links.stream().map(link -> link.with(known)).toList();
            });
  }

  private JoinedHub joined(Invitation.Code code, SiteKey key) {
    LOG.info("this site has joined its hub as {}", code.site());
    var hub = settings.hub().orElseThrow();
    return new JoinedHub(
        code.site(),
        text(hub.host(), hub.port()),
        key.shown().fingerprint(),
        code.key().fingerprint());
  }

  private Invitation.Code code(@Nullable String text) {
    Invitation.Code code;
    try {
      code = Invitation.Code.of(text == null ? "" : text);
    } catch (IllegalArgumentException e) {
      throw SiteFailures.invalid("/code", String.valueOf(e.getMessage()));
    }
    if (!code.site().equals(settings.self())) {
      throw SiteFailures.invalid(
          "/code",
          "an invitation of "
              + code.site()
              + " (expected: one of "
              + settings.self()
              + ", the name in node.site)");
    }
    return code;
  }

  private String name(@Nullable String site) {
    if (site == null
        || !SiteName.isOne(site)
        || site.length() > SitesLimits.SITE_MAX_CHARS
        || site.equals(DataService.HUB)
        || site.equals(settings.self())) {
      throw SiteFailures.invalid(
          "/site",
          "site: "
              + site
              + " (expected: 1 to "
              + SitesLimits.SITE_MAX_CHARS
              + " of a-z, 0-9 and -, beginning and ending with a letter or digit; neither "
              + DataService.HUB
              + " nor "
              + settings.self()
              + ", this site's own name)");
    }
    return site;
  }

  private static Duration minutes(@Nullable Integer given) {
    int minutes = given == null ? SitesLimits.INVITATION_MINUTES : given;
    if (minutes < 1 || minutes > SitesLimits.INVITATION_MINUTES_MAX) {
      throw SiteFailures.invalid(
          "/minutes",
          "minutes: " + minutes + " (expected: 1 to " + SitesLimits.INVITATION_MINUTES_MAX + ")");
    }
    return Duration.ofMinutes(minutes);
  }

  private static String text(String name, int port) {
    return name + ":" + port;
  }
}
