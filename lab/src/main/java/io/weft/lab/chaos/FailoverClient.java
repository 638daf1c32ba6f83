package io.weft.lab.chaos;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonObject;
import io.weft.lab.Ports;
import io.weft.mesh.time.Time;
import java.net.ConnectException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP client that knows all nodes, as any that is given several addresses does: requests go to
 * them in turn, and one whose connection is refused goes to the next node at once, as no byte of it
 * left. What else fails is repeated once at the next node: a GET is safe, and a POST has its key.
 * For one event loop; its figures may be read from any thread.
 */
final class FailoverClient {
  private final HttpClient client;
  private final List<Integer> ports;
  private final Time time;
  private final LongAdder refused = new LongAdder();
  private final LongAdder raw = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder sent = new LongAdder();
  private final Map<String, LongAdder> kinds = new ConcurrentSkipListMap<>();
  private long turn;

  /**
   * A request.
   *
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

  /** An answer that is none: its status says why. */
  private static final class StatusException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final int status;

    private StatusException(int status) {
      super("status " + status, null, false, false);
      this.status = status;
    }
  }

  FailoverClient(Vertx vertx, Time time, List<Integer> ports) {
    this.time = time;
    this.ports = ports;
    client =
        vertx.createHttpClient(
            new HttpClientOptions().setConnectTimeout((int) ChaosLimits.HTTP_TIMEOUT.toMillis()),
            new PoolOptions()
                .setHttp1MaxSize(ChaosLimits.HTTP_CONNECTIONS)
                .setMaxWaitQueueSize(ChaosLimits.OUTSTANDING_MAX));
  }

  /** Returns how many tries were refused a connection, and went to the next node at once. */
  long refused() {
    return refused.sum();
  }

  /** Returns how many requests failed at the first node that took them. */
  long raw() {
    return raw.sum();
  }

  /** Returns how many requests failed at two nodes. */
  long failed() {
    return failed.sum();
  }

  /** Begins to count anew. */
  void forget() {
    List.of(sent, raw, failed, refused).forEach(LongAdder::reset);
    kinds.clear();
  }

  /** Returns these figures in words. */
  String figures() {
    return " of "
        + sent.sum()
        + " (before the retry "
        + raw()
        + ", refused a connection and went on "
        + refused()
        + (kinds.isEmpty() ? "" : ", failed with " + kinds)
        + ")";
  }

  /** Sends a request; fails when it has failed at two nodes. */
  Future<JsonObject> send(Request request) {
    long first = turn++;
    sent.increment();
    return reach(request, first, 1)
        .recover(
            failure -> {
              raw.increment();
              return reach(request, first + 1, 1).onFailure(this::failed);
            });
  }

  private void failed(Throwable failure) {
    failed.increment();
    var kind =
        failure instanceof StatusException status
            ? Integer.toString(status.status)
            : failure.getClass().getSimpleName();
    kinds.computeIfAbsent(kind, k -> new LongAdder()).increment();
  }

  /** Sends a request again and again until it is answered: for what must not be left in doubt. */
  Future<JsonObject> insist(Request request) {
    return insist(request, ChaosLimits.POST_TRIES_MAX);
  }

  private Future<JsonObject> insist(Request request, int tries) {
    return reach(request, turn++, 1)
        .recover(failure -> tries == 1 ? Future.failedFuture(failure) : later(request, tries - 1));
  }

  private Future<JsonObject> later(Request request, int tries) {
    Promise<Void> waited = Promise.promise();
    time.timers().after(ChaosLimits.POST_PAUSE, waited::complete);
    return waited.future().compose(done -> insist(request, tries));
  }

  /** Sends a request to a node, or to the next one that takes connections. */
  private Future<JsonObject> reach(Request request, long node, int tries) {
    int port = ports.get((int) (node % ports.size()));
    return once(port, request)
        .recover(
            failure -> {
              if (!(failure instanceof ConnectException) || tries == ports.size()) {
                return Future.failedFuture(failure);
              }
              refused.increment();
              return reach(request, node + 1, tries + 1);
            });
  }

  private Future<JsonObject> once(int port, Request request) {
    var options =
        new RequestOptions()
            .setMethod(request.method())
            .setHost(Ports.HOST)
            .setPort(port)
            .setURI(request.path())
            .setTimeout(ChaosLimits.HTTP_TIMEOUT.toMillis());
    return client.request(options).compose(http -> exchange(http, request));
  }

  private static Future<JsonObject> exchange(HttpClientRequest http, Request request) {
    if (request.key() != null) {
      http.putHeader("Idempotency-Key", request.key());
    }
    var body = request.body();
    if (body != null) {
      http.putHeader("Content-Type", "application/json");
    }
    return http.send(body == null ? Buffer.buffer() : body.toBuffer())
        .compose(
            response ->
                response
                    .body()
                    .map(
                        bytes -> {
                          if (response.statusCode() / 100 != 2) {
                            throw new StatusException(response.statusCode());
                          }
                          return new JsonObject(bytes);
                        }));
  }

  Future<Void> close() {
    return client.close();
  }
}
