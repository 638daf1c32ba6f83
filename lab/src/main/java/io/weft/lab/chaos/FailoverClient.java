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
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP client that knows all nodes, as any that is given several addresses does: requests go to
 * them in turn, and one whose connection is refused goes to the next node at once, as no byte of it
 * left. What else fails is repeated once at the next node: a GET is safe, and a POST has its key.
 * For one event loop; its figures may be read from any thread.
 */
final class FailoverClient {
  private static final int ACCEPTED = 202;
  private static final int TIMED_OUT = 408;
  private static final int TOO_MANY = 429;

  private final HttpClient client;
  private final String host;
  private final List<Integer> ports;
  private final Time time;
  private final String authorization;
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

    static Request delete(String path, String key) {
      return new Request(HttpMethod.DELETE, path, key, null);
    }
  }

  /** What a node answered, whatever it was. */
  record Answer(int status, JsonObject body) {
    boolean ok() {
      return status / 100 == 2;
    }

    /** Returns the code of a problem; empty when it is none. */
    String code() {
      return body.getString("code", "");
    }

    /** Whether to ask again leads nowhere: it was done, or refused for what it is. */
    boolean decided() {
      boolean later = status == TIMED_OUT || status == TOO_MANY || code().endsWith(".in_progress");
      return (ok() && status != ACCEPTED) || (status / 100 == 4 && !later);
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

  /**
   * Creates a client of nodes on this host.
   *
   * @param token of an operator
   */
  FailoverClient(Vertx vertx, Time time, List<Integer> ports, String token) {
    this(vertx, time, Ports.HOST, ports, token);
  }

  /**
   * Creates a client of nodes that listen on one address.
   *
   * @param token of an operator
   */
  FailoverClient(Vertx vertx, Time time, String host, List<Integer> ports, String token) {
    this.time = time;
    this.host = host;
    this.authorization = "Bearer " + token;
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

  /** Returns how many requests there were. */
  long sent() {
    return sent.sum();
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
    return answer(request, first)
        .recover(
            failure -> {
              raw.increment();
              return answer(request, first + 1).onFailure(this::failed);
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

  private Future<JsonObject> answer(Request request, long node) {
    return reach(request, node, 1)
        .map(
            answer -> {
              if (!answer.ok()) {
                throw new StatusException(answer.status());
              }
              return answer.body();
            });
  }

  /** Sends a request again and again until it is answered: for what must not be left in doubt. */
  Future<JsonObject> insist(Request request) {
    return insist(request, ChaosLimits.POST_TRIES_MAX);
  }

  private Future<JsonObject> insist(Request request, int tries) {
    return answer(request, turn++)
        .recover(failure -> tries == 1 ? Future.failedFuture(failure) : later(request, tries - 1));
  }

  private Future<JsonObject> later(Request request, int tries) {
    return pause(ChaosLimits.POST_PAUSE).compose(done -> insist(request, tries));
  }

  private Future<Void> pause(Duration pause) {
    Promise<Void> waited = Promise.promise();
    time.timers().after(pause, waited::complete);
    return waited.future();
  }

  /**
   * Sends a request again and again until it is decided: it was done, or refused for what it is and
   * not for the state of whoever was asked. The pauses grow, so that a service that comes back is
   * not drowned by those who waited for it. Fails when it was not decided in very many tries.
   *
   * @param heard is told every answer, the last included
   */
  Future<Answer> decide(Request request, Consumer<Answer> heard) {
    return decide(request, Answer::decided, heard);
  }

  /**
   * Does the same until an answer is one to end with.
   *
   * @param last whether it is
   */
  Future<Answer> decide(Request request, Predicate<Answer> last, Consumer<Answer> heard) {
    sent.increment();
    return decide(request, last, heard, 1, ChaosLimits.POST_PAUSE);
  }

  private Future<Answer> decide(
      Request request, Predicate<Answer> last, Consumer<Answer> heard, int tries, Duration pause) {
    return reach(request, turn++, 1)
        .compose(
            answer -> {
              heard.accept(answer);
              return last.test(answer)
                  ? Future.succeededFuture(answer)
                  : Future.failedFuture(new StatusException(answer.status()));
            })
        .recover(
            failure -> {
              raw.increment();
              if (tries == ChaosLimits.DECIDE_TRIES_MAX) {
                failed(failure);
                return Future.failedFuture(failure);
              }
              var next = pause.multipliedBy(2);
              var longest = ChaosLimits.DECIDE_PAUSE_MAX;
              return pause(spread(pause))
                  .compose(
                      waited ->
                          decide(
                              request,
                              last,
                              heard,
                              tries + 1,
                              next.compareTo(longest) < 0 ? next : longest));
            });
  }

  /** From half of a pause to all of it, so that those who failed together do not return so. */
  private Duration spread(Duration pause) {
    return Duration.ofMillis((long) (pause.toMillis() * (0.5 + time.rng().nextDouble() / 2)));
  }

  /** Sends a request to a node, or to the next one that takes connections. */
  private Future<Answer> reach(Request request, long node, int tries) {
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

  private Future<Answer> once(int port, Request request) {
    var options =
        new RequestOptions()
            .setMethod(request.method())
            .setHost(host)
            .setPort(port)
            .setURI(request.path())
            .setTimeout(ChaosLimits.HTTP_TIMEOUT.toMillis());
    return client.request(options).compose(http -> exchange(http, request));
  }

  private Future<Answer> exchange(HttpClientRequest http, Request request) {
    http.putHeader("Authorization", authorization);
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
                        bytes ->
                            new Answer(
                                response.statusCode(),
                                bytes.length() == 0 ? new JsonObject() : new JsonObject(bytes))));
  }

  Future<Void> close() {
    return client.close();
  }
}
