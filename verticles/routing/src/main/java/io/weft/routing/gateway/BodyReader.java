package io.weft.routing.gateway;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.weft.mesh.time.Timers;
import io.weft.routing.RoutingLimits;
import io.weft.routing.problem.Problem;
import io.weft.routing.problem.ProblemException;

/**
 * Reads the body of one request, no longer than a limit and no slower than {@link
 * RoutingLimits#BODY_TIMEOUT}.
 *
 * <p>After a body that is too long or too slow, the client gets its answer and its connection is
 * closed, as the rest of the body would otherwise be read for nothing.
 */
public final class BodyReader {
  private final HttpServerRequest request;
  private final int maxBytes;
  private final Promise<Buffer> whole = Promise.promise();
  private final Buffer read = Buffer.buffer();

  private BodyReader(HttpServerRequest request, int maxBytes) {
    this.request = request;
    this.maxBytes = maxBytes;
  }

  /**
   * Reads a body. It must be called in the turn in which the request came.
   *
   * @return the body; fails with a {@link ProblemException} of 408, 413 or 400
   */
  public static Future<Buffer> read(HttpServerRequest request, int maxBytes, Timers timers) {
    return new BodyReader(request, maxBytes).read(timers);
  }

  private Future<Buffer> read(Timers timers) {
    var length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    if (length != null && !fits(length)) {
      request.handler(dropped -> {});
      return Future.failedFuture(tooLarge(length));
    }
    if ("100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))) {
      request.response().writeContinue();
    }
    var timeout = timers.after(RoutingLimits.BODY_TIMEOUT, () -> whole.tryFail(tooSlow()));
    request.handler(this::part);
    request.exceptionHandler(e -> whole.tryFail(cutOff()));
    request.endHandler(end -> whole.tryComplete(read));
    return whole.future().andThen(done -> timeout.cancel());
  }

  private boolean fits(String length) {
    return length.matches("[0-9]{1,9}") && Integer.parseInt(length) <= maxBytes;
  }

  private void part(Buffer bytes) {
    if (whole.future().isComplete()) {
      return;
    }
    if (read.length() + bytes.length() > maxBytes) {
      whole.tryFail(tooLarge("more than " + maxBytes));
    } else {
      read.appendBuffer(bytes);
    }
  }

  private ProblemException tooLarge(String bytes) {
    return new ProblemException(
        Problem.of(413, "body.too_large", "body of " + bytes + " bytes (limit: " + maxBytes + ")"));
  }

  private static ProblemException tooSlow() {
    return new ProblemException(
        Problem.of(
            408,
            "body.too_slow",
            "the body did not arrive within "
                + RoutingLimits.BODY_TIMEOUT.toSeconds()
                + " s of its headers"));
  }

  private static ProblemException cutOff() {
    return new ProblemException(Problem.of(400, "body.cut_off", "the body ends before its length"));
  }
}
