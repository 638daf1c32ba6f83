package io.weft.node.cli;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.weft.node.NodeLimits;
import io.weft.node.StartFailure;
import io.weft.routing.access.Loopback;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * A client of one node's admin API; blocking, for commands.
 *
 * <p>It is the JDK's oldest client: it is there at once, where java.net.http first makes itself a
 * TLS context, an executor and a selector.
 */
final class AdminClient {
  private static final String JSON = "application/json";

  private final URI url;
  private final Supplier<String> token;
  private final @Nullable SSLSocketFactory sockets;

  /** An answer, whose body is an object; a list is under {@code items}. */
  record Answer(int status, JsonObject body) {
    /** Returns whether it was done. */
    boolean ok() {
      return status / 100 == 2;
    }
  }

  /** Who reads a stream of events; on the thread that asked. */
  @FunctionalInterface
  interface Reader {
    /**
     * Takes an event.
     *
     * @return whether to go on
     */
    boolean event(String name, JsonObject data);
  }

  /**
   * Creates a client.
   *
   * @param url where the API is, as {@code http://host:port}
   * @param token makes the token that is sent where that is not on loopback
   * @param sockets of TLS, that believe a node; null for those that Java has
   */
  AdminClient(URI url, Supplier<String> token, @Nullable SSLSocketFactory sockets) {
    this.url = url;
    this.token = token;
    this.sockets = sockets;
  }

  /** Returns where the node is asked: {@code host:port}. */
  String address() {
    return url.getAuthority();
  }

  /** Returns whether anybody listens there. */
  boolean listens() {
    try (var socket = new Socket()) {
      socket.connect(
          new InetSocketAddress(url.getHost().replaceAll("[\\[\\]]", ""), url.getPort()),
          (int) NodeLimits.ADMIN_CONNECT_TIMEOUT.toMillis());
      return true;
    } catch (IOException e) {
      // Whoever asks tries another node, or says that none listens.
      return false;
    }
  }

  /** Asks; returns nothing when there is no answer. */
  Optional<Answer> get(String path) {
    return send("GET", path, Map.of(), null, NodeLimits.ADMIN_TIMEOUT);
  }

  /** Asks for what takes a while; returns nothing when there is no answer. */
  Optional<Answer> get(String path, Duration timeout) {
    return send("GET", path, Map.of(), null, timeout);
  }

  /** Tells; returns nothing when there is no answer. */
  Optional<Answer> post(String path, JsonObject body, Duration timeout) {
    return post(path, body, Map.of(), timeout);
  }

  /** Tells, with further header fields; returns nothing when there is no answer. */
  Optional<Answer> post(
      String path, JsonObject body, Map<String, String> headers, Duration timeout) {
    return send("POST", path, with(headers, JSON), bytes(body), timeout);
  }

  /** Puts something somewhere; returns nothing when there is no answer. */
  Optional<Answer> put(String path, JsonObject body, Duration timeout) {
    return send("PUT", path, with(Map.of(), JSON), bytes(body), timeout);
  }

  /** Removes something; returns nothing when there is no answer. */
  Optional<Answer> delete(String path, Duration timeout) {
    return send("DELETE", path, Map.of(), null, timeout);
  }

  /** Sends a file; returns nothing when there is no answer. */
  Optional<Answer> send(String path, byte[] file, Duration timeout) {
    return send("POST", path, with(Map.of(), "application/yaml"), file, timeout);
  }

  private static byte[] bytes(JsonObject body) {
    return body.encode().getBytes(StandardCharsets.UTF_8);
  }

  private static Map<String, String> with(Map<String, String> headers, String type) {
    var all = new HashMap<>(headers);
    all.put("Content-Type", type);
    return all;
  }

  private Optional<Answer> send(
      String method,
      String path,
      Map<String, String> headers,
      byte @Nullable [] body,
      Duration timeout) {
    try {
      var connection = open(method, path, headers, timeout);
      if (body != null) {
        connection.setDoOutput(true);
        // Of what it keeps at hand it would send a request again that may have been done.
        connection.setFixedLengthStreamingMode(body.length);
        try (var out = connection.getOutputStream()) {
          out.write(body);
        }
      }
      return Optional.of(answer(connection));
    } catch (SSLException e) {
      throw notBelieved(e);
    } catch (IOException e) {
      // Whoever asks tries another node, or says that none answered.
      return Optional.empty();
    }
  }

  private StartFailure notBelieved(SSLException e) {
    return new StartFailure(
        url
            + " is not believed ("
            + e.getMessage()
            + "): name the authority of its certificate with --ca or WEFT_CA",
        e);
  }

  private HttpURLConnection open(
      String method, String path, Map<String, String> headers, Duration timeout)
      throws IOException {
    var connection = (HttpURLConnection) url.resolve(path).toURL().openConnection(Proxy.NO_PROXY);
    if (sockets != null && connection instanceof HttpsURLConnection secured) {
      secured.setSSLSocketFactory(sockets);
    }
    connection.setRequestMethod(method);
    connection.setInstanceFollowRedirects(false);
    connection.setConnectTimeout((int) NodeLimits.ADMIN_TIMEOUT.toMillis());
    connection.setReadTimeout((int) timeout.toMillis());
    headers.forEach(connection::setRequestProperty);
    // For the audit log of a node on loopback, which knows nobody by a token.
    connection.setRequestProperty("Weft-User", System.getProperty("user.name", ""));
    if (!Loopback.is(url.getHost())) {
      connection.setRequestProperty("Authorization", "Bearer " + token.get());
    }
    return connection;
  }

  private static Answer answer(HttpURLConnection connection) throws IOException {
    int status = connection.getResponseCode();
    return new Answer(status, json(text(body(connection, status))));
  }

  private static @Nullable InputStream body(HttpURLConnection connection, int status)
      throws IOException {
    return status >= HttpURLConnection.HTTP_BAD_REQUEST
        ? connection.getErrorStream()
        : connection.getInputStream();
  }

  private static String text(@Nullable InputStream in) throws IOException {
    if (in == null) {
      return "";
    }
    try (in) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static JsonObject json(String body) {
    try {
      return body.strip().startsWith("[")
          ? new JsonObject().put("items", new JsonArray(body))
          : body.isBlank() ? new JsonObject() : new JsonObject(body);
    } catch (DecodeException e) {
      return new JsonObject().put("detail", body);
    }
  }

  /**
   * Reads a stream of server-sent events until it ends or the reader has enough.
   *
   * @return the answer when it is no stream, {@code 200} when the stream has ended; nothing when
   *     there is no answer, or the stream broke off
   */
  Optional<Answer> stream(String path, Reader reader) {
    try {
      // A comment shows every so often that the other side is there.
      var connection = open("GET", path, Map.of(), NodeLimits.ADMIN_STREAM_TIMEOUT);
      int status = connection.getResponseCode();
      if (status != HttpURLConnection.HTTP_OK) {
        return Optional.of(answer(connection));
      }
      try (var lines =
          new BufferedReader(
              new InputStreamReader(connection.getInputStream(), StandardCharsets.UTF_8))) {
        read(lines, reader);
      } finally {
        connection.disconnect();
      }
      return Optional.of(new Answer(status, new JsonObject()));
    } catch (SSLException e) {
      throw notBelieved(e);
    } catch (IOException e) {
      // As with any other request: whoever asks says so.
      return Optional.empty();
    }
  }

  private static void read(BufferedReader lines, Reader reader) throws IOException {
    var name = "message";
    var data = new StringBuilder();
    for (var line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.startsWith("event:")) {
        name = line.substring("event:".length()).strip();
      } else if (line.startsWith("data:")) {
        data.append(line.substring("data:".length()).strip());
      } else if (line.isEmpty() && !data.isEmpty()) {
        if (!reader.event(name, json(data.toString()))) {
          return;
        }
        name = "message";
        data.setLength(0);
      }
    }
  }
}
