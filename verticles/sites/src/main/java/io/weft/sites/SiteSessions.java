package io.weft.sites;

import io.vertx.core.Future;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.ServiceProvider.Host;
import io.weft.mesh.link.LinkSession;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes what hears of the sessions of this node's links. */
final class SiteSessions {
  private static final Logger LOG = LoggerFactory.getLogger(SiteSessions.class);

  private final Host host;
  private final String self;
  private final LinkStore links;
  private final AtomicInteger held;

  /**
   * Creates what makes them.
   *
   * @param held counts those that live, for whoever looks from another thread
   */
  SiteSessions(Host host, String self, LinkStore links, AtomicInteger held) {
    this.host = host;
    this.self = self;
    this.links = links;
    this.held = held;
  }

  /**
   * Returns what hears of a session that begins.
   *
   * @param whenOver is run once it is over
   */
  SiteSession open(LinkSession session, Runnable whenOver) {
    held.incrementAndGet();
    return new SiteSession(
        host,
        session,
        self,
        SiteSessions::refused,
        report -> heard(session, report),
        () -> {
          held.decrementAndGet();
          whenOver.run();
        });
  }

  private void heard(LinkSession session, LinkReport report) {
    links
        .heard(session.site(), host.mesh().node(), report)
        .onFailure(e -> LOG.debug("how {} is cannot be written: {}", session, e.getMessage()));
  }

  private static Future<Reply> refused(Request request) {
    return Future.failedFuture(
        new MeshFailure.Rejected(
            MeshFailure.Rejected.Reason.FORBIDDEN,
            request.operation() + " is not offered to other sites",
            Duration.ZERO));
  }
}
