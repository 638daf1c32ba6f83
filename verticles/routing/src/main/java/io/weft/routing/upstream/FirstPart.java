package io.weft.routing.upstream;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.weft.mesh.time.Timers;
import io.weft.routing.RoutingLimits;
import io.weft.routing.problem.Problem;
import io.weft.routing.problem.ProblemException;

/**
 * Reads the body of a request as far as it is collected; a longer one is paused there, for its rest
 * to be streamed.
 */
final class FirstPart {
  private final HttpServerRequest request;
  private final Promise<FirstPart> read = Promise.promise();
  private final Buffer bytes = Buffer.buffer();
  private boolean whole;

  private FirstPart(HttpServerRequest request) {
    this.request = request;
  }

  /**
   * Reads. It must be called in the turn in which the request came.
   *
   * @return fails with a {@link ProblemException} of 408, 413 or 400
   */
  static Future<FirstPart> of(HttpServerRequest request, Timers timers) {
    return new FirstPart(request).read(timers);
  }

  private Future<FirstPart> read(Timers timers) {
    var length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    if (length == null && withoutBody()) {
      whole = true;
      return Future.succeededFuture(this);
    }
    if (length != null && !fits(length)) {
      request.handler(dropped -> {});
      return Future.failedFuture(tooLarge(length));
    }
    if ("100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))) {
      request.response().writeContinue();
    }
    var timeout = timers.after(RoutingLimits.BODY_TIMEOUT, this::tooSlow);
    request.exceptionHandler(
        e -> fail(Problem.of(400, "body.cut_off", "the body ends before its length")));
    request.endHandler(
        end -> {
          whole = true;
          read.tryComplete(this);
        });
    request.handler(this::part);
    return read.future().andThen(done -> timeout.cancel());
  }

  /** In HTTP/1.1 a body has a length or comes in chunks (RFC 9112, 6.3). */
  private boolean withoutBody() {
    return request.isEnded()
        || (request.version() != HttpVersion.HTTP_2
            && !request.headers().contains(HttpHeaders.TRANSFER_ENCODING));
  }

  private static boolean fits(String length) {
    return length.matches("[0-9]{1,18}")
        && Long.parseLong(length) <= RoutingLimits.UPSTREAM_BODY_MAX_BYTES;
  }

  private void part(Buffer part) {
    if (read.future().isComplete()) {
      return; // It failed, and what still comes is dropped.
    }
    bytes.appendBuffer(part);
    if (bytes.length() >= RoutingLimits.UPSTREAM_REQUEST_COLLECTED_BYTES) {
      request.pause();
      read.tryComplete(this);
    }
  }

  private void tooSlow() {
    fail(
        Problem.of(
            408,
            "body.too_slow",
            "no more than %d bytes of the body within %d s"
                .formatted(bytes.length(), RoutingLimits.BODY_TIMEOUT.toSeconds())));
  }

  private void fail(Problem problem) {
    read.tryFail(new ProblemException(problem));
  }

  private static ProblemException tooLarge(String length) {
    return new ProblemException(
        Problem.of(
            413,
            "body.too_large",
            "body of %s bytes (limit: %d)"
                .formatted(length, RoutingLimits.UPSTREAM_BODY_MAX_BYTES)));
  }

  /** Returns what has been read. */
  Buffer bytes() {
    return bytes;
  }

  /** Returns whether that is all. */
  boolean whole() {
    return whole;
  }

  /** Returns how many bytes are still to come, or -1 when the client did not say. */
  long leftBytes() {
    var length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    return length == null ? -1 : Long.parseLong(length) - bytes.length();
  }
}
