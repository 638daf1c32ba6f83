package io.weft.sites;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.weft.mesh.CallOptions;
import io.weft.mesh.Mesh;
import io.weft.mesh.Operation;
import io.weft.mesh.ServiceProvider.Host;
import io.weft.mesh.time.Ticker;
import io.weft.sites.api.EdgeReport;
import io.weft.sites.api.Sites;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How this site stands if it is an edge, as its own instances of orders and users say.
 *
 * <p>Their operations are known by their names: what is known of sites depends on no service.
 * Nobody is asked who is not there or would refuse, as a call that fails every few seconds is an
 * alert.
 *
 * <p>For one event loop.
 */
final class OwnEdge {
  private static final Logger LOG = LoggerFactory.getLogger(OwnEdge.class);
  private static final String JOURNAL = "orders.journal";
  private static final String REPLICA = "users.replica";
  private static final EdgeReport NOTHING = new EdgeReport(null, null, null, null);

  private final Mesh mesh;
  private final Ticker ticker;
  private final boolean edge;
  private Future<EdgeReport> read = Future.succeededFuture(NOTHING);
  private EdgeReport last = NOTHING;
  private @Nullable Long readAtNanos;

  OwnEdge(Host host, SiteSettings settings) {
    mesh = host.mesh();
    ticker = host.time().ticker();
    edge = settings.hub().isPresent();
  }

  /** Returns what was read last; null where this site is no edge. */
  @Nullable EdgeReport last() {
    return edge ? last : null;
  }

  /** Reads it, unless that was done a moment ago; never fails. */
  Future<EdgeReport> read() {
    long now = ticker.nanos();
    if (edge
        && (readAtNanos == null || now - readAtNanos >= SitesLimits.EDGE_READ_INTERVAL.toNanos())) {
      readAtNanos = now;
      var journal = ask(JOURNAL);
      var replica = ask(REPLICA);
      read =
          Future.all(journal, replica)
              .map(done -> report(journal.result(), replica.result()))
              .otherwise(
                  e -> {
                    LOG.warn("orders or users said something else than how they stand", e);
                    return NOTHING;
                  })
              .onSuccess(report -> last = report);
    }
    return read;
  }

  private static EdgeReport report(Optional<JsonObject> journal, Optional<JsonObject> replica) {
    return new EdgeReport(
        journal.map(said -> said.getLong("waiting")).orElse(null),
        journal.map(said -> said.getLong("disputed")).orElse(null),
        journal.map(said -> said.getLong("oldestSeconds")).orElse(null),
        replica.map(said -> said.getLong("ageSeconds")).orElse(null));
  }

  private Future<Optional<JsonObject>> ask(String operation) {
    var own = mesh.nodes().get(0).site();
    boolean served =
        mesh.directory().serving(operation).stream().anyMatch(each -> each.site().equals(own));
    var allowed = mesh.policies().of(operation).allow();
    if (!served || (allowed != null && !allowed.contains(Sites.SERVICE))) {
      return Future.succeededFuture(Optional.empty());
    }
    var options = CallOptions.DEFAULT.withSite(own).withTimeout(SitesLimits.EDGE_READ_TIMEOUT);
    return mesh.exchange(operation, Operation.Kind.QUERY, Buffer.buffer("{}"), options)
        .map(reply -> Optional.of(reply.body().toJsonObject()))
        .otherwise(
            e -> {
              LOG.debug("{} does not answer: {}", operation, e.getMessage());
              return Optional.empty();
            });
  }
}
