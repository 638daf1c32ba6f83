package io.weft.routing.upstream;

import io.vertx.core.Future;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.weft.routing.RoutingLimits;
import java.time.Duration;

/**
 * One check of an endpoint's health.
 *
 * @param well whether it answered as it should
 * @param reached whether it took a connection
 * @param why what was wrong, for people; empty when nothing was
 */
record Checkup(boolean well, boolean reached, String why) {
  private static final int OK_MIN = 200;
  private static final int OK_MAX = 299;

  /** Asks an endpoint how it is. Never fails. */
  static Future<Checkup> of(
      HttpClientAgent client, EndpointAddress address, UpstreamSpec.Health health) {
    var options =
        new RequestOptions()
            .setMethod(HttpMethod.GET)
            .setHost(address.host())
            .setPort(address.port())
            .setURI(health.path())
            .setIdleTimeout(timeout(health).toMillis());
    return client
        .request(options)
        .transform(
            connected ->
                connected.succeeded()
                    ? ask(connected.result())
                    : Future.succeededFuture(
                        new Checkup(false, false, "no connection: " + message(connected.cause()))));
  }

  /** Returns how long an endpoint may take to answer. */
  static Duration timeout(UpstreamSpec.Health health) {
    return health.interval().compareTo(RoutingLimits.HEALTH_TIMEOUT) < 0
        ? health.interval()
        : RoutingLimits.HEALTH_TIMEOUT;
  }

  private static Future<Checkup> ask(HttpClientRequest request) {
    return request
        .send()
        .map(
            response -> {
              response.exceptionHandler(ignored -> {});
              response.handler(dropped -> {});
              int status = response.statusCode();
              boolean well = status >= OK_MIN && status <= OK_MAX;
              return new Checkup(well, true, well ? "" : "status " + status);
            })
        .otherwise(failure -> new Checkup(false, true, "no answer: " + message(failure)));
  }

  private static String message(Throwable failure) {
    var message = failure.getMessage();
    return message == null ? failure.getClass().getSimpleName() : message;
  }
}
