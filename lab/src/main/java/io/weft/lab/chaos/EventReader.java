package io.weft.lab.chaos;

import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.weft.lab.Ports;
import io.weft.mesh.time.Time;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A client that follows the orders of one user by server-sent events, as a browser does: when its
 * connection ends it comes again, to the next node, and says which event it saw last. For one event
 * loop.
 */
final class EventReader {
  private static final String ID = "id:";
  private static final int OK = 200;

  private final HttpClient client;
  private final Time time;
  private final List<Integer> ports;
  private final String user;
  private final String authorization;
  private final List<Long> seen = new ArrayList<>();
  private final StringBuilder received = new StringBuilder();
  private long connections;
  private long chunks;
  private String standing = "has not begun";
  private boolean over;
  private boolean stopped;
  private @Nullable HttpConnection current;

  /** Creates a reader that has seen nothing yet. */
  EventReader(HttpClient client, Time time, List<Integer> ports, String user, String token) {
    this.authorization = "Bearer " + token;
    this.client = client;
    this.time = time;
    this.ports = ports;
    this.user = user;
  }

  String user() {
    return user;
  }

  /** Returns the positions of what it saw, in that order. */
  List<Long> seen() {
    return seen;
  }

  /** Returns how often it has connected. */
  long connections() {
    return connections;
  }

  /** Tells how it stands: what became of its last connection so far. */
  String standing() {
    return "connection %d %s (%d pieces read)".formatted(connections, standing, chunks);
  }

  /** Begins to read. */
  void start() {
    if (stopped) {
      return;
    }
    long connection = ++connections;
    over = false;
    received.setLength(0); // An event whose end never came is sent again.
    int port = ports.get((int) (connection % ports.size()));
    standing = "asked port " + port;
    chunks = 0;
    var options =
        new RequestOptions()
            .setMethod(HttpMethod.GET)
            .setHost(Ports.HOST)
            .setPort(port)
            .setURI("/v1/users/" + user + "/orders/events")
            .putHeader("Accept", "text/event-stream")
            .putHeader("Authorization", authorization);
    if (!seen.isEmpty()) {
      options.putHeader("Last-Event-ID", Long.toString(seen.get(seen.size() - 1)));
    }
    client
        .request(options)
        .compose(HttpClientRequest::send)
        .onComplete(
            response -> read(response, connection),
            failure -> again(connection, "failed: " + failure.getMessage()));
  }

  private void read(HttpClientResponse response, long connection) {
    current = response.request().connection();
    if (response.statusCode() != OK || stopped) {
      current.close();
      again(connection, "got " + response.statusCode());
      return;
    }
    standing += ", reads";
    response
        .handler(
            chunk -> {
              if (reads(connection)) {
                received.append(chunk);
                chunks++;
                lines();
              }
            })
        .exceptionHandler(failure -> again(connection, "failed: " + failure.getMessage()))
        .endHandler(end -> again(connection, "ended"));
  }

  /** Takes the lines that are whole; the only one that counts comes first in its event. */
  private void lines() {
    int end;
    while ((end = received.indexOf("\n\n")) >= 0) {
      var event = received.substring(0, end);
      received.delete(0, end + 2);
      if (event.startsWith(ID)) {
        seen.add(Long.parseLong(event.substring(ID.length(), event.indexOf('\n')).strip()));
      }
    }
  }

  private boolean reads(long connection) {
    return connection == connections && !over && !stopped;
  }

  private void again(long connection, String how) {
    if (reads(connection)) {
      standing += ", " + how;
      over = true;
      time.timers().after(ChaosLimits.READER_PAUSE, this::start);
    }
  }

  /** Ends reading. */
  void stop() {
    stopped = true;
    if (current != null) {
      current.close();
    }
  }
}
