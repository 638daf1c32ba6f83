package io.weft.routing.upstream;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ConnectionPoolTooBusyException;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.weft.mesh.Call;
import io.weft.mesh.CallOptions;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.MeshFailure.Application;
import io.weft.mesh.MeshFailure.NotSent;
import io.weft.mesh.MeshFailure.Rejected;
import io.weft.mesh.MeshFailure.Unknown;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.ServiceProvider.Host;
import io.weft.routing.RoutingLimits;
import io.weft.routing.api.BodyRest;
import io.weft.routing.api.UpstreamReply;
import io.weft.routing.api.UpstreamRequest;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request to one endpoint of an upstream, and its answer.
 *
 * <p>What goes wrong is told as what is known of it: that no connection was made is {@code
 * NotSent}; that an answer did not come, or was no HTTP, is {@code Unknown}. A safe request that is
 * answered with 502, 503 or 504 is {@code Rejected}, so that another endpoint is asked. For one
 * event loop.
 */
final class EndpointExchange {
  private static final Logger LOG = LoggerFactory.getLogger(EndpointExchange.class);
  private static final Set<Integer> ILL = Set.of(502, 503, 504);
  private static final int OK_MIN = 200;

  private final HttpClientAgent client;
  private final Host host;
  private final UpstreamSpec spec;
  private final EndpointAddress address;
  private final UpstreamRequest asked;
  private final BodyShelf shelf;
  private final Call call;
  private final Context context;
  private final Promise<UpstreamReply> answered = Promise.promise();
  private final Buffer collected = Buffer.buffer();
  private @Nullable HttpClientRequest request;

  EndpointExchange(
      HttpClientAgent client,
      Host host,
      UpstreamSpec spec,
      EndpointAddress address,
      UpstreamRequest asked,
      BodyShelf shelf,
      Call call,
      Context context) {
    this.client = client;
    this.host = host;
    this.spec = spec;
    this.address = address;
    this.asked = asked;
    this.shelf = shelf;
    this.call = call;
    this.context = context;
  }

  /**
   * Runs the exchange, until its answer, or the first part of it, is there.
   *
   * @param unreachable told when no connection can be made
   */
  Future<UpstreamReply> run(Runnable unreachable) {
    var timeout =
        host.time()
            .timers()
            .after(call.deadline().remaining(), () -> fail(unknown("did not answer in time")));
    var unlisten = call.cancellation().onCancel(() -> context.runOnContext(turn -> givenUp()));
    client
        .request(
            new RequestOptions()
                .setHost(address.host())
                .setPort(address.port())
                .setMethod(HttpMethod.valueOf(asked.method()))
                .setURI(asked.target()))
        .onComplete(this::send, failure -> notConnected(failure, unreachable));
    return answered
        .future()
        .onComplete(
            done -> {
              timeout.cancel();
              unlisten.run();
            });
  }

  private void givenUp() {
    fail(unknown("was given up"));
  }

  private void notConnected(Throwable failure, Runnable unreachable) {
    if (failure instanceof ConnectionPoolTooBusyException) {
      fail(
          new Rejected(
              Rejected.Reason.OVERLOADED,
              "%d requests wait for a connection to %s (limit: %d)"
                  .formatted(
                      RoutingLimits.UPSTREAM_WAITING_MAX,
                      address,
                      RoutingLimits.UPSTREAM_WAITING_MAX),
              MeshLimits.RETRY_AFTER));
    } else if (fail(new NotSent(address + " takes no connection: " + failure.getMessage()))) {
      unreachable.run();
    }
  }

  private void send(HttpClientRequest connected) {
    request = connected;
    if (answered.future().isComplete()) {
      connected.reset(); // Nobody waits for it any more.
      return;
    }
    connected.exceptionHandler(failure -> fail(broken(failure)));
    connected.response().onComplete(this::answer, failure -> fail(broken(failure)));
    try {
      headers(connected);
    } catch (IllegalArgumentException e) {
      fail(new Application("request.invalid", "a header field: " + e.getMessage()));
      return;
    }
    var rest = asked.rest();
    if (rest == null) {
      sendWhole(connected);
    } else {
      sendLong(connected, rest);
    }
  }

  private void headers(HttpClientRequest to) {
    for (var field : spec.request().apply(asked.headers())) {
      if (field.is("host")) {
        to.headers().set(HttpHeaders.HOST, field.value());
      } else {
        to.headers().add(field.name(), field.value());
      }
    }
    to.putHeader("traceparent", call.served().traceparent());
  }

  private void sendWhole(HttpClientRequest to) {
    boolean empty = asked.body().length() == 0;
    var sent = empty && spec.safe().contains(asked.method()) ? to.end() : to.end(asked.body());
    sent.onFailure(failure -> fail(broken(failure)));
  }

  /** The rest is asked for once there is somebody to send it to. */
  private void sendLong(HttpClientRequest to, BodyRest rest) {
    if (rest.bytes() >= 0) {
      to.putHeader(HttpHeaders.CONTENT_LENGTH, Long.toString(asked.body().length() + rest.bytes()));
    } else {
      to.setChunked(true);
    }
    to.write(asked.body()).onFailure(failure -> fail(broken(failure)));
    rest.open(host.mesh(), CallOptions.DEFAULT)
        .compose(stream -> BodyPump.run(stream, to, RoutingLimits.UPSTREAM_BODY_MAX_BYTES))
        .compose(all -> to.end())
        .onFailure(
            failure -> {
              LOG.debug("{}: the request's body broke off", address, failure);
              fail(unknown("did not get the whole request"));
              to.reset();
            });
  }

  private void answer(HttpClientResponse response) {
    if (answered.future().isComplete()) {
      return;
    }
    if (response.statusCode() < OK_MIN) {
      fail(unknown("answered " + response.statusCode() + ", which ends no request"));
      return;
    }
    if (ILL.contains(response.statusCode()) && spec.safe().contains(asked.method())) {
      response.exceptionHandler(ignored -> {});
      response.handler(dropped -> {}); // So that its connection can be used again.
      reject(response);
      return;
    }
    long length = length(response);
    if (length > RoutingLimits.UPSTREAM_BODY_MAX_BYTES) {
      fail(unknown("answers with " + length + " bytes, more than its limit"));
      return;
    }
    if (length > RoutingLimits.UPSTREAM_REPLY_COLLECTED_BYTES && hasBody(response)) {
      handOn(response, length);
    } else {
      collect(response, length);
    }
  }

  private void reject(HttpClientResponse response) {
    var after = response.getHeader(HttpHeaders.RETRY_AFTER);
    var wait =
        after != null && after.matches("[0-9]{1,4}")
            ? Duration.ofSeconds(Long.parseLong(after))
            : MeshLimits.RETRY_AFTER;
    answered.tryFail(
        new Rejected(
            Rejected.Reason.UNAVAILABLE, address + " answered " + response.statusCode(), wait));
  }

  private boolean hasBody(HttpClientResponse response) {
    return !asked.method().equals("HEAD")
        && response.statusCode() != 204
        && response.statusCode() != 304;
  }

  private static long length(HttpClientResponse response) {
    var length = response.getHeader(HttpHeaders.CONTENT_LENGTH);
    return length != null && length.matches("[0-9]{1,18}") ? Long.parseLong(length) : -1;
  }

  private void collect(HttpClientResponse response, long length) {
    // A part may be long in coming, as of a stream of events: what is there by then is handed on.
    var patience =
        length >= 0 || !hasBody(response)
            ? null
            : host.time()
                .timers()
                .after(RoutingLimits.UPSTREAM_REPLY_COLLECTED, () -> handOn(response, -1));
    response.exceptionHandler(failure -> fail(broken(failure)));
    response.endHandler(end -> answered.tryComplete(reply(response, null)));
    response.handler(
        part -> {
          collected.appendBuffer(part);
          if (collected.length() > RoutingLimits.UPSTREAM_REPLY_COLLECTED_BYTES) {
            handOn(response, -1);
          }
        });
    if (patience != null) {
      answered.future().onComplete(done -> patience.cancel());
    }
  }

  private UpstreamReply reply(HttpClientResponse response, @Nullable BodyRest rest) {
    var headers = spec.response().apply(HeaderRules.endToEnd(response.headers()));
    return new UpstreamReply(response.statusCode(), headers, collected, rest);
  }

  /** Answers with what there is, and keeps the rest until it is fetched. */
  private void handOn(HttpClientResponse response, long length) {
    if (answered.future().isComplete()) {
      return;
    }
    response.pause();
    if (shelf.full()) {
      fail(
          new Rejected(
              Rejected.Reason.OVERLOADED,
              "too many answers of " + address + " wait for their readers",
              MeshLimits.RETRY_AFTER));
      return;
    }
    var rest = shelf.put(response, length, this::drop);
    answered.tryComplete(reply(response, rest));
  }

  private void drop() {
    context.runOnContext(turn -> reset());
  }

  private void reset() {
    if (request != null) {
      request.reset();
    }
  }

  private boolean fail(MeshFailure failure) {
    boolean first = answered.tryFail(failure);
    if (first) {
      reset();
    }
    return first;
  }

  private Unknown broken(Throwable failure) {
    return unknown("broke off: " + failure.getMessage());
  }

  private Unknown unknown(String what) {
    return new Unknown(spec.name() + " at " + address + " " + what);
  }
}
