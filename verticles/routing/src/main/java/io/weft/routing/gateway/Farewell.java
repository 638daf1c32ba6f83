package io.weft.routing.gateway;

import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import io.weft.routing.contract.Endpoint;
import io.weft.routing.contract.Endpoint.Leaving;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the clients of an operation that goes: {@code Deprecation} (RFC 9745), {@code Sunset} (RFC
 * 8594) and {@code Link}; and the log how many there were, each time their number has doubled.
 *
 * <p>For one event loop.
 */
final class Farewell {
  private static final Logger LOG = LoggerFactory.getLogger(Farewell.class);
  private static final CharSequence DEPRECATION = HttpHeaders.createOptimized("Deprecation");
  private static final CharSequence SUNSET = HttpHeaders.createOptimized("Sunset");
  private static final CharSequence LINK = HttpHeaders.createOptimized("Link");

  private final Endpoint endpoint;
  private final Leaving leaving;
  private long requests;

  Farewell(Endpoint endpoint, Leaving leaving) {
    this.endpoint = endpoint;
    this.leaving = leaving;
  }

  /** Sets the headers of an answer that say so. */
  void tell(RoutingContext context) {
    if (Long.bitCount(++requests) == 1) {
      LOG.info(
          "{} {} is deprecated, and was asked for {} times here so far",
          endpoint.method(),
          endpoint.path(),
          requests);
    }
    var headers = context.response().headers();
    headers.set(DEPRECATION, leaving.deprecated());
    if (leaving.sunset() != null) {
      headers.set(SUNSET, leaving.sunset());
    }
    if (leaving.link() != null) {
      headers.set(LINK, leaving.link());
    }
  }
}
