package io.weft.routing.upstream;

import io.weft.routing.api.HeaderField;
import org.jspecify.annotations.Nullable;

/**
 * Which requests at the gateway go to an upstream: those that have all of what it names.
 *
 * @param path the beginning of their path, up to a slash; {@code /} for any
 * @param host the name in their Host, without a port and in lower case, or null for any
 * @param header a field that they have, or null
 * @param rewrite what the beginning of the path becomes, or null when it stays as it is
 */
record UpstreamRoute(
    String path, @Nullable String host, @Nullable HeaderField header, @Nullable String rewrite) {

  /** Returns whether a path begins with the route's, up to a slash. */
  boolean matchesPath(String asked) {
    if (path.length() == 1) {
      return true;
    }
    return asked.startsWith(path)
        && (asked.length() == path.length() || asked.charAt(path.length()) == '/');
  }

  /** Returns what the upstream is asked for. */
  String target(String asked) {
    if (rewrite == null) {
      return asked;
    }
    var left = asked.substring(path.length() == 1 ? 0 : path.length());
    var begin = rewrite.endsWith("/") ? rewrite.substring(0, rewrite.length() - 1) : rewrite;
    var target = begin + left;
    return target.startsWith("/") ? target : "/" + target;
  }

  /** Returns whether more than the path decides, so that it goes before the contract's paths. */
  boolean special() {
    return host != null || header != null;
  }

  /** Returns whether the same requests match. */
  boolean sameAs(UpstreamRoute other) {
    return new UpstreamRoute(path, host, header, null)
        .equals(new UpstreamRoute(other.path, other.host, other.header, null));
  }
}
