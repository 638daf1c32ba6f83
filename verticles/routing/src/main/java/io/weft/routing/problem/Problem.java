package io.weft.routing.problem;

import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.weft.mesh.MeshLimits;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A problem document, as in RFC 9457, with a stable code.
 *
 * @param status the HTTP status
 * @param code for programs: lower-case words joined by dots and underscores
 * @param detail for people: what was wrong, what was expected, what to do
 * @param faults the fields at fault, at most {@code RoutingLimits.FAULTS_MAX}
 * @param retryAfter when to try again, or null when waiting does not help
 */
public record Problem(
    int status, String code, String detail, List<Fault> faults, @Nullable Duration retryAfter) {
  /** The media type of problem documents. */
  public static final String MEDIA_TYPE = "application/problem+json";

  private static final String TYPE_PREFIX = "urn:weft:problem:";

  /** Returns a problem without fields at fault. */
  public static Problem of(int status, String code, String detail) {
    return new Problem(status, code, detail, List.of(), null);
  }

  /** Returns the problem of a request whose fields are not as its contract says. */
  public static Problem invalid(List<Fault> faults) {
    var first = faults.get(0).line();
    var detail = faults.size() == 1 ? first : first + " (and " + (faults.size() - 1) + " more)";
    return new Problem(400, "request.invalid", detail, faults, null);
  }

  /** Returns the problem of a request with one fault. */
  public static Problem invalid(String pointer, String detail) {
    return invalid(List.of(new Fault(pointer, detail)));
  }

  /** Returns the problem of our own that nobody outside should learn more about. */
  public static Problem internal() {
    return of(500, "internal", "Something went wrong here; the request's id finds it in the log");
  }

  /** Returns the problem of a service that is away for now. */
  public static Problem unavailable(String code, String detail) {
    return of(503, code, detail).retryAfter(MeshLimits.RETRY_AFTER);
  }

  /** Returns this problem with the time after which to try again. */
  public Problem retryAfter(Duration after) {
    return new Problem(status, code, detail, faults, after);
  }

  /** Returns the seconds to wait, rounded up and at least 1; null when waiting does not help. */
  public @Nullable Long retryAfterSeconds() {
    return retryAfter == null ? null : Math.max(1, (retryAfter.toMillis() + 999) / 1000);
  }

  /**
   * Returns the document.
   *
   * @param instance the id of the request, or null
   */
  public JsonObject json(@Nullable String instance) {
    var json =
        new JsonObject()
            .put("type", TYPE_PREFIX + code)
            .put("title", HttpResponseStatus.valueOf(status).reasonPhrase())
            .put("status", status)
            .put("code", code)
            .put("detail", detail);
    if (instance != null) {
      json.put("instance", instance);
    }
    if (!faults.isEmpty()) {
      var errors = new JsonArray();
      faults.forEach(
          f -> errors.add(new JsonObject().put("pointer", f.pointer()).put("detail", f.detail())));
      json.put("errors", errors);
    }
    return json;
  }
}
