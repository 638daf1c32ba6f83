package io.weft.routing;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A client of server-sent events, which reads them as HTML's standard says: fields end with a line,
 * events with an empty one, and what an unfinished event leaves behind is dropped.
 */
public final class EventClient {
  /** What came: the last id so far, and the event's type and data. */
  public record Sent(String id, String event, String data) {
    /** Returns the id as the position that it is. */
    public long position() {
      return Long.parseLong(id);
    }
  }

  public final HttpClientResponse response;

  /** Completes when the stream has ended in order; fails when it was cut off. */
  public final Future<Void> end;

  /** Comments so far. */
  public final List<String> comments = new CopyOnWriteArrayList<>();

  private final Queue<Sent> sent = new ArrayDeque<>();
  private final Queue<Promise<Sent>> waiting = new ArrayDeque<>();
  private final Promise<String> commented = Promise.promise();
  private final StringBuilder line = new StringBuilder();
  private final StringBuilder data = new StringBuilder();
  private String event = "";
  private String id = "";
  private volatile String retry = "";

  private EventClient(HttpClientResponse response) {
    this.response = response;
    Promise<Void> ended = Promise.promise();
    end = ended.future();
    response.exceptionHandler(ended::tryFail);
    response.endHandler(done -> ended.tryComplete());
    response.handler(this::read);
  }

  /** Connects, or fails with the status that it was answered with; headers in turn. */
  public static Future<EventClient> connect(
      GatewayFixture gateway, HttpClient http, String path, String... headers) {
    var options =
        new RequestOptions()
            .setMethod(HttpMethod.GET)
            .setHost("127.0.0.1")
            .setPort(gateway.port)
            .setURI(path)
            .addHeader("Accept", "text/event-stream");
    GatewayFixture.addHeaders(options, headers);
    return gateway.onLoop(
        () ->
            http.request(options)
                .compose(request -> request.send())
                .compose(
                    response ->
                        response.statusCode() == 200
                            ? Future.succeededFuture(new EventClient(response))
                            : response
                                .body()
                                .compose(
                                    body ->
                                        Future.failedFuture(response.statusCode() + " " + body))));
  }

  /** Connects to any port of this host, or fails with the status that it was answered with. */
  public static Future<EventClient> connect(HttpClient http, int port, String path) {
    return http.request(HttpMethod.GET, port, "127.0.0.1", path)
        .compose(request -> request.send())
        .compose(
            response ->
                response.statusCode() == 200
                    ? Future.succeededFuture(new EventClient(response))
                    : response
                        .body()
                        .compose(body -> Future.failedFuture(response.statusCode() + " " + body)));
  }

  /** Returns the next event, once it has come. */
  public Sent next() {
    return Await.result(later());
  }

  private Future<Sent> later() {
    Promise<Sent> next = Promise.promise();
    synchronized (this) {
      if (sent.isEmpty()) {
        waiting.add(next);
      } else {
        next.complete(sent.remove());
      }
    }
    return next.future();
  }

  /** Completes with the first comment. */
  public Future<String> comment() {
    return commented.future();
  }

  /** Returns after how many milliseconds to come again. */
  public String retry() {
    return retry;
  }

  /** Leaves without a word. */
  public void leave() {
    Await.result(response.request().connection().close());
  }

  private void read(Buffer bytes) {
    for (int i = 0; i < bytes.length(); i++) {
      char c = (char) (bytes.getByte(i) & 0xff);
      if (c == '\n') {
        field(line.toString());
        line.setLength(0);
      } else {
        line.append(c);
      }
    }
  }

  private void field(String text) {
    int colon = text.indexOf(':');
    if (text.isEmpty()) {
      dispatch();
    } else if (colon == 0) {
      comments.add(text);
      commented.tryComplete(text);
    } else {
      var name = colon < 0 ? text : text.substring(0, colon);
      var value = colon < 0 ? "" : text.substring(colon + 1);
      field(name, value.startsWith(" ") ? value.substring(1) : value);
    }
  }

  private void field(String name, String value) {
    switch (name) {
      case "id" -> id = value;
      case "event" -> event = value;
      case "data" -> data.append(data.isEmpty() ? "" : "\n").append(value);
      case "retry" -> retry = value;
      default -> throw new AssertionError("a field " + name);
    }
  }

  private void dispatch() {
    if (data.isEmpty()) {
      return;
    }
    var complete = new Sent(id, event, data.toString());
    data.setLength(0);
    event = "";
    Promise<Sent> taker;
    synchronized (this) {
      taker = waiting.poll();
      if (taker == null) {
        sent.add(complete);
      }
    }
    if (taker != null) {
      taker.complete(complete);
    }
  }
}
