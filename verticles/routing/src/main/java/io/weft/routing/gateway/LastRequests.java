package io.weft.routing.gateway;

import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.util.Collections;
import java.util.Set;
import java.util.WeakHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections that have carried a request in chunks, which is their last.
 *
 * <p>Such a request may have had a Content-Length too, of which the HTTP decoder leaves nothing. If
 * a proxy on the way went by that length, what follows on the connection is not from whom it seems
 * to be; RFC 9112 wants the connection closed then. Used on one event loop.
 */
final class LastRequests {
  private static final Logger LOG = LoggerFactory.getLogger(LastRequests.class);

  /** Bounded by the open connections: whoever forgets one forgets it here too. */
  private final Set<HttpConnection> connections = Collections.newSetFromMap(new WeakHashMap<>());

  /** Lets a request go on, unless it follows the last one of its connection. */
  void arrived(RoutingContext context) {
    var connection = context.request().connection();
    if (connections.contains(connection)) {
      LOG.debug("dropped a request behind one in chunks, from {}", connection.remoteAddress());
      return;
    }
    if (context.request().headers().contains(HttpHeaders.TRANSFER_ENCODING)) {
      connections.add(connection);
      context.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
    }
    context.next();
  }
}
