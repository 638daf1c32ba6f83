package io.weft.routing.gateway;

import io.vertx.core.http.HttpServerRequest;
import io.weft.mesh.Traces;
import io.weft.mesh.time.Rng;
import io.weft.routing.RoutingLimits;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How one request is followed: the client's W3C trace continued, or a fresh one.
 *
 * @param id the trace's id, 32 hexadecimal digits
 * @param traceparent what goes on to the mesh and back to the client
 * @param requestId the client's {@code X-Request-Id} when it is a decent one, or else the trace's
 *     id
 */
public record Trace(String id, String traceparent, String requestId) {
  private static final Pattern REQUEST_ID =
      Pattern.compile("[A-Za-z0-9._:+/=@-]{1," + RoutingLimits.REQUEST_ID_MAX_CHARS + "}");

  /** Returns the trace of an HTTP request. */
  public static Trace of(HttpServerRequest request, Rng rng) {
    return of(request.getHeader("traceparent"), request.getHeader("X-Request-Id"), rng);
  }

  /** Returns the trace that continues a client's, when it sent one that can be read. */
  public static Trace of(@Nullable String traceparent, @Nullable String requestId, Rng rng) {
    var continued =
        traceparent != null && Traces.valid(traceparent)
            ? Traces.child(traceparent, rng)
            : Traces.begin(rng);
    var id = Traces.traceId(continued);
    var named = requestId != null && REQUEST_ID.matcher(requestId).matches() ? requestId : id;
    return new Trace(id, continued, named);
  }
}
