package io.weft.node.replay;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.PemTrustOptions;
import io.weft.mesh.Deadline;
import io.weft.mesh.time.Time;
import java.net.URI;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP gateways of a cluster, used in turn: what one cannot answer now, another is asked.
 *
 * <p>Every request may be repeated, because each that has an effect carries its idempotency key.
 * For use on one event loop.
 */
final class Gateways {
  private final HttpClient client;
  private final Time time;
  private final String authorization;
  private final List<Gateway> all = new ArrayList<>();
  private int next;
  private int retries;

  private static final class Gateway {
    private final URI url;
    private long restUntilNanos;

    private Gateway(URI url, long now) {
      this.url = url;
      restUntilNanos = now;
    }
  }

  /**
   * A request, to whichever gateway.
   *
   * @param method GET or POST
   * @param path with the query
   * @param key the idempotency key, or null for none
   * @param body the body, or null for none
   */
  record Request(HttpMethod method, String path, @Nullable String key, @Nullable JsonObject body) {
    static Request get(String path) {
      return new Request(HttpMethod.GET, path, null, null);
    }

    static Request post(String path, String key, JsonObject body) {
      return new Request(HttpMethod.POST, path, key, body);
    }
  }

  /**
   * An answer that is no reason to repeat.
   *
   * @param replayed whether the request had been answered before
   */
  record Answer(int status, boolean replayed, @Nullable String location, JsonObject body) {
    String code() {
      return body.getValue("code") instanceof String code ? code : "";
    }
  }

  /** Creates a client of some gateways, with a bounded pool of connections to each. */
  Gateways(Vertx vertx, Time time, Replay.Plan plan) {
    this.time = time;
    this.authorization = "Bearer " + plan.token();
    plan.gateways().forEach(url -> all.add(new Gateway(url, time.ticker().nanos())));
    int most = plan.concurrency();
    client =
        vertx.createHttpClient(
            options(plan.authorities()),
            new PoolOptions().setHttp1MaxSize(most).setMaxWaitQueueSize(most));
  }

  private static HttpClientOptions options(@Nullable Path authorities) {
    var options =
        new HttpClientOptions()
            .setConnectTimeout((int) ReplayLimits.CONNECT_TIMEOUT.toMillis())
            .setMaxChunkSize(64 * 1024);
    return authorities == null
        ? options
        : options.setTrustOptions(new PemTrustOptions().addCertPath(authorities.toString()));
  }

  /** Returns how many requests were repeated so far. */
  int retries() {
    return retries;
  }

  /** Sends a request until there is an answer to keep, within the bounds of a replay. */
  Future<Answer> send(Request request) {
    return attempt(request, 1, Deadline.after(time.ticker(), ReplayLimits.ITEM_TIMEOUT));
  }

  private Future<Answer> attempt(Request request, int number, Deadline deadline) {
    var gateway = pick();
    return once(gateway, request)
        .transform(
            result -> {
              if (result.succeeded() && !passing(result.result())) {
                return Future.succeededFuture(result.result());
              }
              if (result.failed() && unbelieved(result.cause())) {
                return Future.failedFuture(notBelieved(gateway, result.cause()));
              }
              if (result.failed()) {
                gateway.restUntilNanos =
                    time.ticker().nanos() + ReplayLimits.GATEWAY_REST.toNanos();
              }
              return again(request, number, deadline, outcome(gateway, result));
            });
  }

  /** Whether a gateway shows a certificate that no further try makes better. */
  private static boolean unbelieved(Throwable failure) {
    for (var cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof CertificateException) {
        return true;
      }
    }
    return false;
  }

  private static ReplayFailure notBelieved(Gateway gateway, Throwable why) {
    return new ReplayFailure(
        gateway.url
            + " is not believed: name the authority of its certificate with --ca or WEFT_CA",
        why);
  }

  private static String outcome(Gateway gateway, io.vertx.core.AsyncResult<Answer> result) {
    return gateway.url
        + ": "
        + (result.failed()
            ? String.valueOf(result.cause())
            : result.result().status() + " " + result.result().body().encode());
  }

  private Future<Answer> again(Request request, int number, Deadline deadline, String last) {
    if (number >= ReplayLimits.ATTEMPTS_MAX || deadline.expired()) {
      return Future.failedFuture(
          new ReplayFailure(
              request.method()
                  + " "
                  + request.path()
                  + ": no answer in "
                  + number
                  + " attempts (limit: "
                  + ReplayLimits.ATTEMPTS_MAX
                  + " in "
                  + ReplayLimits.ITEM_TIMEOUT.toSeconds()
                  + " s); the last: "
                  + last));
    }
    retries++;
    return pause(backoff(number)).compose(done -> attempt(request, number + 1, deadline));
  }

  /** Completes after a while. */
  Future<Void> pause(Duration duration) {
    var promise = io.vertx.core.Promise.<Void>promise();
    time.timers().after(duration, promise::complete);
    return promise.future();
  }

  private Duration backoff(int number) {
    long full =
        Math.min(
            ReplayLimits.BACKOFF_MAX.toMillis(),
            ReplayLimits.BACKOFF.toMillis() << Math.min(number - 1, 10));
    return Duration.ofMillis(full / 2 + time.rng().nextInt((int) (full / 2) + 1));
  }

  // In turn, past those that rest; when all rest, in turn all the same.
  private Gateway pick() {
    long now = time.ticker().nanos();
    for (int i = 0; i < all.size(); i++) {
      var gateway = all.get(Math.floorMod(next++, all.size()));
      if (gateway.restUntilNanos - now <= 0) {
        return gateway;
      }
    }
    return all.get(Math.floorMod(next++, all.size()));
  }

  // What another try, here or elsewhere, is likely to answer differently.
  private static boolean passing(Answer answer) {
    return switch (answer.status()) {
      case 429, 502, 503, 504 -> true;
      case 409 -> answer.code().endsWith(".in_progress");
      default -> false;
    };
  }

  private Future<Answer> once(Gateway gateway, Request request) {
    var url = gateway.url;
    var options =
        new RequestOptions()
            .setMethod(request.method())
            .setHost(url.getHost())
            .setPort(port(url))
            .setSsl("https".equals(url.getScheme()))
            .setURI(request.path())
            .setTimeout(ReplayLimits.REQUEST_TIMEOUT.toMillis());
    return client.request(options).compose(http -> exchange(http, request));
  }

  private static int port(URI url) {
    return url.getPort() >= 0 ? url.getPort() : "https".equals(url.getScheme()) ? 443 : 80;
  }

  private Future<Answer> exchange(HttpClientRequest http, Request request) {
    http.putHeader("Accept", "application/json").putHeader("Authorization", authorization);
    if (request.key() != null) {
      http.putHeader("Idempotency-Key", request.key());
    }
    var body = request.body();
    if (body != null) {
      http.putHeader("Content-Type", "application/json");
    }
    return http.send(body == null ? Buffer.buffer() : body.toBuffer())
        .compose(response -> bounded(response).map(bytes -> answer(response, bytes)));
  }

  private static Future<Buffer> bounded(HttpClientResponse response) {
    var body = Buffer.buffer();
    response.handler(
        part -> {
          if (body.length() + part.length() <= ReplayLimits.ANSWER_MAX_BYTES) {
            body.appendBuffer(part);
          } else {
            response.netSocket().close();
          }
        });
    return response.end().map(ended -> body);
  }

  private static Answer answer(HttpClientResponse response, Buffer bytes) {
    return new Answer(
        response.statusCode(),
        "true".equals(response.getHeader("Idempotency-Replayed")),
        response.getHeader("Location"),
        json(bytes));
  }

  // Something between here and the gateway may answer with a page of its own.
  private static JsonObject json(Buffer bytes) {
    try {
      return bytes.length() == 0 ? new JsonObject() : new JsonObject(bytes);
    } catch (DecodeException e) {
      return new JsonObject().put("detail", bytes.toString());
    }
  }

  /** Closes all connections. */
  Future<Void> close() {
    return client.close();
  }
}
