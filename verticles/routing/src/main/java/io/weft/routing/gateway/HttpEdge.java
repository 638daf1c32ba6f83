package io.weft.routing.gateway;

import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.AsyncResult;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.HttpException;
import io.weft.mesh.telemetry.SpanSink;
import io.weft.mesh.time.Time;
import io.weft.routing.RoutingLimits;
import io.weft.routing.problem.Problem;
import io.weft.routing.problem.ProblemException;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * What every HTTP port of Weft has in common: limits, a trace and a line in the access log for each
 * request, and problem documents for whatever goes wrong on the way to a route.
 */
public final class HttpEdge {
  private static final Logger LOG = LoggerFactory.getLogger(HttpEdge.class);
  private static final Logger ACCESS = LoggerFactory.getLogger("io.weft.access");
  private static final CharSequence REQUEST_ID = HttpHeaders.createOptimized("X-Request-Id");
  private static final CharSequence TRACE_PARENT = HttpHeaders.createOptimized("traceparent");
  private static final String TRACE = "weft.trace";
  private static final String TARGET = "weft.target";
  private static final int SERVER_ERROR = 500;
  private static final int SWITCHING = 101;
  private static final String EVENT_STREAM = "text/event-stream";

  private HttpEdge() {}

  /** Returns the options of a server of HTTP/1.1 in clear text, with all limits set. */
  public static HttpServerOptions options() {
    var options =
        new HttpServerOptions()
            .setMaxInitialLineLength(RoutingLimits.REQUEST_LINE_MAX_BYTES)
            .setMaxHeaderSize(RoutingLimits.HEADERS_MAX_BYTES)
            .setMaxWebSocketFrameSize(RoutingLimits.BRIDGE_MESSAGE_MAX_BYTES)
            .setMaxWebSocketMessageSize(RoutingLimits.BRIDGE_MESSAGE_MAX_BYTES)
            // What a frame is inflated to has no limit in Vert.x: 1 MiB would become 1 GiB.
            .setPerMessageWebSocketCompressionSupported(false)
            .setPerFrameWebSocketCompressionSupported(false)
            .setIdleTimeout((int) RoutingLimits.IDLE_TIMEOUT.toSeconds())
            .setIdleTimeoutUnit(TimeUnit.SECONDS)
            // With it Vert.x tells nobody of a connection before its first request has come whole.
            .setHttp2ClearTextEnabled(false)
            .setHttp2RstFloodMaxRstFramePerWindow(RoutingLimits.RESETS_MAX)
            .setHttp2RstFloodWindowDuration((int) RoutingLimits.RESETS_WINDOW.toSeconds())
            .setHttp2RstFloodWindowDurationTimeUnit(TimeUnit.SECONDS)
            .setTcpNoDelay(true);
    options
        .getInitialSettings()
        .setMaxConcurrentStreams(RoutingLimits.HTTP2_STREAMS_MAX)
        .setMaxHeaderListSize(RoutingLimits.HEADERS_MAX_BYTES);
    return options;
  }

  /**
   * Returns why a port cannot be had, in one line that says what to do.
   *
   * @param what the port's name for people
   * @param flag its flags are {@code --flag-host} and {@code --flag-port}
   */
  public static Throwable cannotListen(Throwable e, String what, String flag, String at, int port) {
    // By its words: the native transport has no type of its own for it.
    var reason = Objects.requireNonNullElse(e.getMessage(), e.getClass().getSimpleName());
    return new IllegalStateException(
        reason.contains("in use")
            ? "%s port %d is taken (%s): choose another with --%s-port"
                .formatted(what, port, reason, flag)
            : "%s cannot listen on %s:%d (%s): choose another with --%s-host or --%s-port"
                .formatted(what, at, port, reason, flag, flag),
        e);
  }

  /**
   * Returns a router on which every request is traced, counted and logged, and every failure
   * answered.
   *
   * @param port what the port is for, as its metrics call it
   * @param spans where to tell of requests as spans
   */
  public static Router router(Vertx vertx, Time time, String port, SpanSink spans) {
    var router = Router.router(vertx);
    var lastRequests = new LastRequests();
    var meters = new HttpMeters(port);
    router
        .route()
        .handler(context -> lastRequests.arrived(context))
        .handler(context -> arrived(context, time, meters, spans));
    for (int status : new int[] {400, 403, 404, 405, 406, 413, 415, 429, SERVER_ERROR, 501, 503}) {
      router.errorHandler(status, context -> failed(context, status));
    }
    return router;
  }

  /** Returns the trace of a request that has come through {@link #router}. */
  public static Trace trace(RoutingContext context) {
    return context.get(TRACE);
  }

  /** Says what a request is for. */
  public static void aims(RoutingContext context, Target target) {
    context.put(TARGET, target);
  }

  /**
   * What a request is for.
   *
   * @param operation one of the contract, or the name of an upstream
   * @param path as the contract has it, with parameters in braces; or of an upstream's route
   */
  public record Target(String operation, String path) {
    static final Target NONE = new Target(HttpMeters.OTHER, "");
  }

  /** Answers every method that a path does not have: 405, or 204 to OPTIONS, with Allow. */
  public static void otherMethods(Router router, String route, Set<HttpMethod> methods) {
    var allow = allow(methods);
    router.route(route).handler(context -> otherMethod(context, allow));
  }

  /** Returns the value of {@code Allow} for a path that has these methods. */
  static String allow(Set<HttpMethod> methods) {
    var names = new TreeSet<String>();
    methods.forEach(m -> names.add(m.name()));
    names.add(HttpMethod.OPTIONS.name());
    if (methods.contains(HttpMethod.GET)) {
      names.add(HttpMethod.HEAD.name());
    }
    return String.join(", ", names);
  }

  /** Answers a method that the path does not have. */
  static void otherMethod(RoutingContext context, String allow) {
    context.response().putHeader(HttpHeaders.ALLOW, allow);
    if (context.request().method().equals(HttpMethod.OPTIONS)) {
      Responses.empty(context, 204);
    } else {
      Responses.problem(
          context,
          Problem.of(
              405,
              "method.not_allowed",
              context.request().method() + " (expected: one of " + allow + ")"));
    }
  }

  /** Answers a request that could not even be read, and closes its connection. */
  public static void unreadable(HttpServerRequest request) {
    var problem = unreadable(request.decoderResult().cause());
    request
        .response()
        .setStatusCode(problem.status())
        .putHeader(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE)
        .putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE)
        .end(problem.json(null).toBuffer())
        .eventually(() -> request.connection().close())
        .onFailure(e -> LOG.debug("client gone before its response: {}", e.getMessage()));
  }

  private static Problem unreadable(@Nullable Throwable cause) {
    if (cause instanceof TooLongHttpLineException) {
      return Problem.of(
          414,
          "uri.too_long",
          "first line longer than "
              + RoutingLimits.REQUEST_LINE_MAX_BYTES
              + " bytes (expected: a shorter path and query)");
    }
    if (cause instanceof TooLongHttpHeaderException) {
      return Problem.of(
          431,
          "headers.too_large",
          "headers of more than " + RoutingLimits.HEADERS_MAX_BYTES + " bytes");
    }
    return Problem.of(400, "http.malformed", "This is not HTTP as it should be");
  }

  private static void arrived(
      RoutingContext context, Time time, HttpMeters meters, SpanSink spans) {
    long startNanos = time.ticker().nanos();
    var trace = Trace.of(context.request(), time.rng()).sampledBy(spans);
    context.put(TRACE, trace);
    context
        .response()
        .putHeader(REQUEST_ID, trace.requestId())
        .putHeader(TRACE_PARENT, trace.context().traceparent());
    context.addEndHandler(
        end -> {
          long nanos = time.ticker().nanos() - startNanos;
          Target target = context.get(TARGET, Target.NONE);
          meters.record(target.operation(), context.response().getStatusCode(), nanos);
          log(context, trace, nanos / 1_000, end);
          tell(context, trace, target, nanos, spans);
        });
    context.next();
  }

  /** A stream or a conversation is open for as long as its client likes, and is no slow request. */
  private static void tell(
      RoutingContext context, Trace trace, Target target, long nanos, SpanSink spans) {
    var response = context.response();
    var type = response.headers().get(HttpHeaders.CONTENT_TYPE);
    int status = response.getStatusCode();
    if (status == SWITCHING || (type != null && type.startsWith(EVENT_STREAM))) {
      return;
    }
    trace.tell(spans, context.request().method(), target.path(), status, nanos);
  }

  private static void log(RoutingContext context, Trace trace, long micros, AsyncResult<Void> end) {
    int status = context.response().getStatusCode();
    var level = status >= SERVER_ERROR ? Level.INFO : Level.DEBUG;
    if (!ACCESS.isEnabledForLevel(level)) {
      return;
    }
    var request = context.request();
    ACCESS
        .atLevel(level)
        .addKeyValue("trace", trace.context().traceId())
        .log(
            "{} {} {} {} {} us {} bytes{}",
            request.version() == HttpVersion.HTTP_2 ? "h2" : "h1",
            request.method(),
            request.path(),
            status,
            micros,
            context.response().bytesWritten(),
            end.succeeded() ? "" : " cut off");
  }

  private static void failed(RoutingContext context, int status) {
    if (context.failure() instanceof ProblemException known) {
      Responses.problem(context, known.problem());
      return;
    }
    if (status >= SERVER_ERROR) {
      LOG.error(
          "{} {} failed", context.request().method(), context.request().path(), context.failure());
    }
    Responses.problem(context, routing(context, status));
  }

  private static Problem routing(RoutingContext context, int status) {
    return switch (status) {
      case 404 ->
          Problem.of(
              404,
              "path.unknown",
              context.request().path() + " (expected: a path of /openapi.yaml)");
      case 405 -> Problem.of(405, "method.not_allowed", context.request().method().name());
      case 413 -> Problem.of(413, "body.too_large", "body longer than its limit");
      case 400 ->
          Problem.of(
              400,
              "http.malformed",
              context.failure() instanceof HttpException e && e.getPayload() != null
                  ? e.getPayload()
                  : "This is not HTTP as it should be");
      case SERVER_ERROR -> Problem.internal();
      default -> Problem.of(status, "http." + status, "Refused");
    };
  }
}
