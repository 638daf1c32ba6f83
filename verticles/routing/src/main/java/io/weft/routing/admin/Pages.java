package io.weft.routing.admin;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import io.weft.routing.access.Loopback;
import io.weft.routing.gateway.Responses;
import io.weft.routing.problem.Problem;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which requests of a browser reach the admin API: those of the console, and of nobody else's page.
 *
 * <p>Any page that an operator looks at can have the browser ask a port on loopback, where no token
 * is wanted. Three headers, which no page can forge, tell such a request from the console's own:
 *
 * <ul>
 *   <li>{@code Origin}, on whatever may change something: it must name the host and port that the
 *       request itself names, so the page came from here.
 *   <li>{@code Host}, on loopback: it must be a name of loopback. A page whose own name was made to
 *       lead to 127.0.0.1 (DNS rebinding) has an origin equal to its host; only the name gives it
 *       away. Elsewhere the token does: such a page has none.
 *   <li>{@code Sec-Fetch-Site}: what another site's page fetches or embeds is refused though it
 *       carries no origin. Links that lead here are followed.
 * </ul>
 *
 * <p>Programs other than browsers send at most {@code Host}, and go through.
 */
final class Pages {
  private static final Set<String> OWN_SITES = Set.of("same-origin", "none");
  private static final List<String> SCHEMES = List.of("http://", "https://");

  private final boolean onLoopback;

  /**
   * Creates the check of a port.
   *
   * @param onLoopback whether nobody but this host can reach it, and no token is asked for
   */
  Pages(boolean onLoopback) {
    this.onLoopback = onLoopback;
  }

  /** Lets a request go on, or answers it with 403. */
  void admit(RoutingContext context) {
    var refusal = refusal(context.request());
    if (refusal == null) {
      context.next();
    } else {
      Responses.problem(context, refusal);
    }
  }

  private @Nullable Problem refusal(HttpServerRequest request) {
    var hosts = request.headers().getAll(HttpHeaders.HOST);
    if (hosts.size() > 1 || (onLoopback && !hosts.isEmpty() && !ofLoopback(hosts.get(0)))) {
      return refused(
          "host.refused", "Host", hosts, "localhost or 127.0.0.1, as the port is on loopback");
    }
    var origins = request.headers().getAll(HttpHeaders.ORIGIN);
    if (!origins.isEmpty() && (origins.size() > 1 || !same(origins.get(0), hosts))) {
      return refused("origin.refused", "Origin", origins, "no page but the console's own");
    }
    var sites = request.headers().getAll("Sec-Fetch-Site");
    if (!OWN_SITES.containsAll(sites) && !followsLink(request)) {
      return refused("site.refused", "Sec-Fetch-Site", sites, "no page but the console's own");
    }
    return null;
  }

  private static boolean ofLoopback(String host) {
    int end = host.startsWith("[") ? host.indexOf(']') + 1 : host.indexOf(':');
    return Loopback.is((end <= 0 ? host : host.substring(0, end)).toLowerCase(Locale.ROOT));
  }

  /** Whether a page came from the host and port that it asks; a proxy may speak TLS for us. */
  private static boolean same(String origin, List<String> hosts) {
    return !hosts.isEmpty()
        && SCHEMES.stream().anyMatch(scheme -> origin.equalsIgnoreCase(scheme + hosts.get(0)));
  }

  private static boolean followsLink(HttpServerRequest request) {
    return "navigate".equals(request.getHeader("Sec-Fetch-Mode"));
  }

  private static Problem refused(String code, String header, List<String> values, String expected) {
    return Problem.of(
        403, code, "%s: %s (expected: %s)".formatted(header, String.join(", ", values), expected));
  }
}
