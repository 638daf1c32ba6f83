package io.weft.routing.gateway;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.weft.routing.problem.Problem;
import io.weft.routing.problem.ProblemException;
import java.util.Locale;

/** What the client can read and what it sends: the checks of Accept and Content-Type. */
public final class Negotiation {
  private Negotiation() {}

  /** Throws 406 when the client does not read a media type, given as its two halves. */
  static void accepts(HttpServerRequest request, String type, String subtype) {
    var accept = request.headers().getAll(HttpHeaders.ACCEPT);
    if (!accept.isEmpty() && !accepts(String.join(",", accept), type, subtype)) {
      throw new ProblemException(
          Problem.of(
              406,
              "accept.unsupported",
              "Accept: %s (expected: %s/%s)".formatted(String.join(",", accept), type, subtype)));
    }
  }

  /** Throws 415 when the body is not JSON, or is encoded. */
  public static void sendsJson(HttpServerRequest request) {
    var sent = request.getHeader(HttpHeaders.CONTENT_TYPE);
    var type = sent == null ? "absent" : sent.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    if (!type.equals("application/json") || !charsetIsUtf8(sent)) {
      throw unsupported("Content-Type: " + sent, "application/json");
    }
    var encoding = request.getHeader(HttpHeaders.CONTENT_ENCODING);
    if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
      throw unsupported("Content-Encoding: " + encoding, "none");
    }
  }

  private static ProblemException unsupported(String actual, String expected) {
    return new ProblemException(
        Problem.of(415, "content_type.unsupported", actual + " (expected: " + expected + ")"));
  }

  private static boolean charsetIsUtf8(String contentType) {
    int at = contentType.toLowerCase(Locale.ROOT).indexOf("charset=");
    if (at < 0) {
      return true;
    }
    var charset = contentType.substring(at + "charset=".length()).split(";", 2)[0];
    return charset.replace("\"", "").strip().equalsIgnoreCase("utf-8");
  }

  /** Returns whether media ranges admit a type; the most specific range decides. */
  private static boolean accepts(String ranges, String type, String subtype) {
    int bestSpecificity = -1;
    boolean accepted = false;
    for (var range : ranges.split(",")) {
      var parts = range.strip().toLowerCase(Locale.ROOT).split(";");
      int specificity = specificity(parts[0].strip(), type, subtype);
      if (specificity > bestSpecificity) {
        bestSpecificity = specificity;
        accepted = !refused(parts);
      }
    }
    return accepted;
  }

  /** Returns how closely a range names a type, 0 to 2; -1 when it does not. */
  private static int specificity(String range, String type, String subtype) {
    if (range.equals(type + "/" + subtype)) {
      return 2;
    }
    if (range.equals(type + "/*")) {
      return 1;
    }
    return range.equals("*/*") || range.equals("*") ? 0 : -1;
  }

  private static boolean refused(String[] parts) {
    for (int i = 1; i < parts.length; i++) {
      if (parts[i].strip().matches("q=0(\\.0{0,3})?")) {
        return true;
      }
    }
    return false;
  }
}
