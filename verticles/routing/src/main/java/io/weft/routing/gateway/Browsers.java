package io.weft.routing.gateway;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import io.weft.routing.RoutingLimits;
import java.util.List;
import java.util.Set;

/**
 * What browsers are told with each answer: which pages may read it, and to come back over TLS only.
 *
 * <p>Origins are compared as they are, and there is no {@code *}. Nothing of the API goes by
 * cookies, so pages are never told that they may send any ({@code
 * Access-Control-Allow-Credentials}).
 */
public final class Browsers {
  private static final String METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE";
  private static final String REQUEST_HEADERS =
      "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID,"
          + " X-API-Key, X-Request-Id, traceparent, tracestate";
  private static final String ANSWER_HEADERS =
      "ETag, Idempotency-Replayed, Link, Location, RateLimit, RateLimit-Policy, Retry-After,"
          + " WWW-Authenticate, X-Request-Id, traceparent";

  /** The path of the bridge, whose own handler tells browsers what it allows. */
  private static final String BRIDGE = "/eventbus";

  private final Set<String> origins;
  private final boolean secure;

  /**
   * Creates what tells browsers.
   *
   * @param origins the origins whose pages may call, as {@code https://shop.example}
   * @param secure whether the port speaks TLS
   */
  public Browsers(List<String> origins, boolean secure) {
    this.origins = Set.copyOf(origins);
    this.secure = secure;
  }

  /** Sets the headers of an answer; answers what a browser asks before it lets a page ask. */
  public void arrived(RoutingContext context) {
    if (secure) {
      context
          .response()
          .putHeader("Strict-Transport-Security", RoutingLimits.TRANSPORT_SECURITY_HEADER);
    }
    if (origins.isEmpty() || context.request().path().startsWith(BRIDGE)) {
      context.next();
      return;
    }
    context.response().headers().add(HttpHeaders.VARY, HttpHeaders.ORIGIN);
    var origin = context.request().getHeader(HttpHeaders.ORIGIN);
    if (origin == null || !origins.contains(origin)) {
      context.next();
      return;
    }
    context.response().putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    if (asksBefore(context)) {
      context
          .response()
          .putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_METHODS, METHODS)
          .putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_HEADERS, REQUEST_HEADERS)
          .putHeader(
              HttpHeaders.ACCESS_CONTROL_MAX_AGE,
              Long.toString(RoutingLimits.ORIGIN_ANSWER_VALID.toSeconds()));
      Responses.empty(context, 204);
    } else {
      context.response().putHeader(HttpHeaders.ACCESS_CONTROL_EXPOSE_HEADERS, ANSWER_HEADERS);
      context.next();
    }
  }

  private static boolean asksBefore(RoutingContext context) {
    return context.request().method().equals(HttpMethod.OPTIONS)
        && context.request().headers().contains(HttpHeaders.ACCESS_CONTROL_REQUEST_METHOD);
  }
}
