package io.weft.routing.gateway;

import io.vertx.core.http.HttpServerRequest;
import io.weft.mesh.TraceContext;
import io.weft.mesh.time.Rng;
import io.weft.routing.RoutingLimits;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How one request is followed: the client's W3C trace continued, or a fresh one.
 *
 * @param context what goes on to the mesh and back to the client
 * @param requestId the client's {@code X-Request-Id} when it is a decent one, or else the trace's
 *     id
 */
public record Trace(TraceContext context, String requestId) {
  private static final Pattern REQUEST_ID =
      Pattern.compile("[A-Za-z0-9._:+/=@-]{1," + RoutingLimits.REQUEST_ID_MAX_CHARS + "}");

  /** Returns the trace of an HTTP request. */
  public static Trace of(HttpServerRequest request, Rng rng) {
    return of(request.getHeader("traceparent"), request.getHeader("X-Request-Id"), rng);
  }

  /** Returns the trace that continues a client's, when it sent one that can be read. */
  public static Trace of(@Nullable String traceparent, @Nullable String requestId, Rng rng) {
    var sent = traceparent == null ? null : TraceContext.parse(traceparent);
    var context = (sent == null ? TraceContext.NONE : sent).child(rng);
    return requestId != null && REQUEST_ID.matcher(requestId).matches()
        ? new Trace(context, requestId)
        : new Trace(context, context.traceId());
  }
}
