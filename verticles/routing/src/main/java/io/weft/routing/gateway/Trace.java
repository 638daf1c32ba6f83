package io.weft.routing.gateway;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.weft.mesh.TraceContext;
import io.weft.mesh.telemetry.Outcome;
import io.weft.mesh.telemetry.Span;
import io.weft.mesh.telemetry.SpanSink;
import io.weft.mesh.time.Rng;
import io.weft.routing.RoutingLimits;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How one request is followed: the client's W3C trace continued, or a fresh one.
 *
 * @param context what goes on to the mesh and back to the client: the request's own span
 * @param parent the client's span; 0 when it sent none
 * @param requestId the client's {@code X-Request-Id} when it is a decent one, or else the trace's
 *     id
 */
public record Trace(TraceContext context, long parent, String requestId) {
  private static final String SERVICE = "routing";
  private static final int BAD_REQUEST = 400;
  private static final int SERVER_ERROR = 500;
  private static final int UNAVAILABLE = 503;
  private static final int TIMEOUT = 504;
  private static final Pattern REQUEST_ID =
      Pattern.compile("[A-Za-z0-9._:+/=@-]{1," + RoutingLimits.REQUEST_ID_MAX_CHARS + "}");

  /** Returns the trace of an HTTP request. */
  public static Trace of(HttpServerRequest request, Rng rng) {
    return of(request.getHeader("traceparent"), request.getHeader("X-Request-Id"), rng);
  }

  /** Returns the trace that continues a client's, when it sent one that can be read. */
  public static Trace of(@Nullable String traceparent, @Nullable String requestId, Rng rng) {
    var sent = traceparent == null ? null : TraceContext.parse(traceparent);
    var before = sent == null ? TraceContext.NONE : sent;
    var context = before.child(rng);
    var id =
        requestId != null && REQUEST_ID.matcher(requestId).matches()
            ? requestId
            : context.traceId();
    return new Trace(context, before.span(), id);
  }

  /** Returns this trace, marked as one to be kept if it begins here and is one of those. */
  public Trace sampledBy(SpanSink spans) {
    return parent == 0 && spans.samples(context)
        ? new Trace(context.asSampled(), 0, requestId)
        : this;
  }

  /**
   * Tells of the request as a span, if anybody wants it: the root of what is done for it here.
   *
   * @param name what was asked for, such as {@code GET /v1/users/{id}}
   * @param status what it was answered with, as HTTP has it
   */
  public void tell(
      SpanSink spans, String name, int status, long nanos, Map<String, String> attributes) {
    var outcome = outcome(status);
    if (spans.wants(context, outcome, nanos)) {
      spans.add(
          context,
          context.span(),
          parent,
          Span.Kind.SERVER,
          name,
          SERVICE,
          outcome,
          outcome == Outcome.OK ? null : "status " + status,
          nanos,
          attributes);
    }
  }

  /** Tells of a request over HTTP; a name is made for it only if anybody wants it. */
  void tell(SpanSink spans, HttpMethod method, String path, int status, long nanos) {
    if (spans.wants(context, outcome(status), nanos)) {
      var name = path.isEmpty() ? method.name() : method + " " + path;
      tell(spans, name, status, nanos, Map.of("status", Integer.toString(status)));
    }
  }

  private static Outcome outcome(int status) {
    if (status < BAD_REQUEST) {
      return Outcome.OK;
    }
    if (status < SERVER_ERROR) {
      return Outcome.APPLICATION;
    }
    return switch (status) {
      case UNAVAILABLE -> Outcome.REJECTED;
      case TIMEOUT -> Outcome.EXPIRED;
      default -> Outcome.OTHER;
    };
  }
}
