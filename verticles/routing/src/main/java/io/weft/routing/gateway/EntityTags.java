package io.weft.routing.gateway;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.weft.routing.problem.Problem;
import io.weft.routing.problem.ProblemException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Entity tags, which are version numbers in quotes, and the conditions that clients put on them.
 */
final class EntityTags {
  private static final Pattern VERSION = Pattern.compile("\"(0|[1-9][0-9]{0,17})\"");

  private EntityTags() {}

  /** Returns the entity tag of a version. */
  static String of(String version) {
    return '"' + version + '"';
  }

  /** Returns the version in If-Match; throws 428 when there is none, 400 when it is not one. */
  static String ifMatch(HttpServerRequest request) {
    var values = request.headers().getAll(HttpHeaders.IF_MATCH);
    if (values.isEmpty()) {
      throw new ProblemException(
          Problem.of(
              428,
              "precondition.required",
              "If-Match: absent (expected: the ETag of what was read, as in \"3\")"));
    }
    var match = VERSION.matcher(values.get(0));
    if (values.size() > 1 || !match.matches()) {
      throw new ProblemException(
          Problem.of(
              400,
              "precondition.invalid",
              "If-Match: " + String.join(", ", values) + " (expected: one ETag, as in \"3\")"));
    }
    return match.group(1);
  }

  /** Returns whether If-None-Match holds a tag, compared weakly as HTTP wants it. */
  static boolean noneMatchHolds(@Nullable String ifNoneMatch, String tag) {
    if (ifNoneMatch == null) {
      return false;
    }
    for (var candidate : ifNoneMatch.split(",")) {
      var stripped = candidate.strip();
      var strong = stripped.startsWith("W/") ? stripped.substring(2) : stripped;
      if (strong.equals(tag) || stripped.equals("*")) {
        return true;
      }
    }
    return false;
  }
}
