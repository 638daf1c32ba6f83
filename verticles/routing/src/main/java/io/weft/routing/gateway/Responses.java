package io.weft.routing.gateway;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import io.weft.routing.problem.Problem;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes responses, so that each has its length, its media type and its safety headers. */
public final class Responses {
  /** The media type of answers. */
  public static final String JSON = "application/json";

  /** Under which key of a request's context the code of its problem is, if it had one. */
  public static final String PROBLEM = "weft.problem";

  private static final Logger LOG = LoggerFactory.getLogger(Responses.class);
  private static final CharSequence CONTENT_TYPE_OPTIONS =
      HttpHeaders.createOptimized("X-Content-Type-Options");
  private static final CharSequence NO_SNIFF = HttpHeaders.createOptimized("nosniff");
  private static final int UNAUTHORIZED = 401;

  private Responses() {}

  /** Sends a problem document; does nothing when the client is gone or was answered. */
  public static void problem(RoutingContext context, Problem problem) {
    var response = context.response();
    if (response.headWritten() || response.closed()) {
      return;
    }
    context.put(PROBLEM, problem.code());
    var retryAfterSeconds = problem.retryAfterSeconds();
    if (retryAfterSeconds != null) {
      response.putHeader(HttpHeaders.RETRY_AFTER, retryAfterSeconds.toString());
    }
    if (problem.status() == UNAUTHORIZED) {
      response.putHeader("WWW-Authenticate", "Bearer");
    }
    response.putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    send(
        context,
        problem.status(),
        Problem.MEDIA_TYPE,
        problem.json(response.headers().get("X-Request-Id")).toBuffer());
  }

  /** Sends a body; to HEAD, its length alone. */
  public static void send(RoutingContext context, int status, String mediaType, Buffer body) {
    var response = context.response();
    response
        .setStatusCode(status)
        .putHeader(HttpHeaders.CONTENT_TYPE, mediaType)
        .putHeader(CONTENT_TYPE_OPTIONS, NO_SNIFF);
    end(context, response, Compression.of(context, body));
  }

  /** Sends a response without a body. */
  public static void empty(RoutingContext context, int status) {
    end(context, context.response().setStatusCode(status), null);
  }

  private static void end(
      RoutingContext context, HttpServerResponse response, @Nullable Buffer body) {
    boolean head = context.request().method().equals(HttpMethod.HEAD);
    if (body != null && head) {
      response.putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.length()));
    }
    var ended = body == null || head ? response.end() : response.end(body);
    ended.onFailure(e -> LOG.debug("client gone before its response: {}", e.getMessage()));
  }
}
