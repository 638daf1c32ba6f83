package io.weft.sites;

import io.weft.ledger.DataService;
import io.weft.mesh.ServiceProvider.Host;
import io.weft.mesh.Step;
import io.weft.mesh.link.LinkSession;
import io.weft.sites.reach.ExportRules;
import io.weft.sites.reach.Exports;
import io.weft.sites.reach.Imports;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes what hears of the sessions of this node's links. */
final class SiteSessions {
  private static final Logger LOG = LoggerFactory.getLogger(SiteSessions.class);

  private final Host host;
  private final SiteSettings settings;
  private final SiteStores stores;
  private final OwnEdge edge;
  private final AtomicInteger held;

  /**
   * Creates what makes them.
   *
   * @param held counts those that live, for whoever looks from another thread
   */
  SiteSessions(
      Host host, SiteSettings settings, SiteStores stores, OwnEdge edge, AtomicInteger held) {
    this.host = host;
    this.settings = settings;
    this.stores = stores;
    this.edge = edge;
    this.held = held;
  }

  /**
   * Returns what hears of a session that begins.
   *
   * @param serving what else the other site may ask than this node exports, in front of that
   * @param whenOver is run once it is over
   */
  SiteSession open(LinkSession session, UnaryOperator<Step> serving, Runnable whenOver) {
    held.incrementAndGet();
    // As the directory has it: calls that come over a link are for this site's own instances.
    var own = host.mesh().nodes().get(0).site();
    var exports = new Exports(host, own, session.site(), ExportRules.of(settings.exports()));
    var begun =
        new SiteSession(
            host,
            session,
            settings.self(),
            serving.apply(exports),
            edge,
            report -> heard(session, report));
    // An edge has one hub, whatever that is called; a hub has many edges.
    var stoodFor = settings.hub().isPresent() ? DataService.HUB : session.site();
    var imports = new Imports(host, begun.calls(), session, stoodFor, settings.imports());
    begun.whenOver(
        () -> {
          held.decrementAndGet();
          exports.close();
          imports
              .close()
              .onFailure(e -> LOG.warn("what stood for {} is not gone", session.site(), e));
          whenOver.run();
        });
    imports.start();
    if (settings.followsHub()) {
      begun.follow(follower(begun));
    } else {
      // Should it follow one day, it is to begin anew, whatever was changed here meanwhile.
      stores
          .policies()
          .forget()
          .onFailure(e -> LOG.debug("what was taken of a hub is not forgotten", e));
    }
    return begun;
  }

  private PolicyFollower follower(SiteSession begun) {
    var home = host.vertx().getOrCreateContext();
    return new PolicyFollower(
        host.time(),
        host.policies().get(),
        begun::policies,
        stores.policies(),
        turn -> home.runOnContext(end -> turn.run()));
  }

  private void heard(LinkSession session, LinkReport report) {
    stores
        .links()
        .heard(session.site(), host.mesh().node(), report)
        .onFailure(e -> LOG.debug("how {} is cannot be written: {}", session, e.getMessage()));
  }
}
