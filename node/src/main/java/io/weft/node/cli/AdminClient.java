package io.weft.node.cli;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.weft.node.NodeLimits;
import io.weft.node.StartFailure;
import io.weft.routing.access.Loopback;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** A client of one node's admin API; blocking, for commands. */
final class AdminClient {
  private final URI url;
  private final Supplier<String> token;
  private final HttpClient http;

  /** An answer, whose body is an object; a list is under {@code items}. */
  record Answer(int status, JsonObject body) {}

  /**
   * Creates a client.
   *
   * @param url where the API is, as {@code http://host:port}
   * @param token makes the token that is sent where that is not on loopback
   * @param http carries what is asked, as {@link #http} makes it
   */
  AdminClient(URI url, Supplier<String> token, HttpClient http) {
    this.url = url;
    this.token = token;
    this.http = http;
  }

  /**
   * Returns what carries requests to nodes, for any number of clients.
   *
   * @param authorities the PEM file of those by whom the nodes' certificates are; null for those
   *     that Java knows
   * @throws StartFailure if the file cannot be used
   */
  static HttpClient http(@Nullable Path authorities) {
    var builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(NodeLimits.ADMIN_TIMEOUT);
    return authorities == null
        ? builder.build()
        : builder.sslContext(Authorities.of(authorities)).build();
  }

  /** Asks; returns nothing when there is no answer. */
  Optional<Answer> get(String path) {
    return send(request(path).GET(), NodeLimits.ADMIN_TIMEOUT);
  }

  /** Tells; returns nothing when there is no answer. */
  Optional<Answer> post(String path, JsonObject body, Duration timeout) {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body.encode())),
        timeout);
  }

  /** Puts something somewhere; returns nothing when there is no answer. */
  Optional<Answer> put(String path, JsonObject body, Duration timeout) {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .PUT(BodyPublishers.ofString(body.encode())),
        timeout);
  }

  /** Removes something; returns nothing when there is no answer. */
  Optional<Answer> delete(String path, Duration timeout) {
    return send(request(path).DELETE(), timeout);
  }

  /** Sends a file; returns nothing when there is no answer. */
  Optional<Answer> send(String path, byte[] file, Duration timeout) {
    return send(
        request(path)
            .header("Content-Type", "application/yaml")
            .POST(BodyPublishers.ofByteArray(file)),
        timeout);
  }

  private HttpRequest.Builder request(String path) {
    var request = HttpRequest.newBuilder(url.resolve(path));
    return Loopback.is(url.getHost())
        ? request
        : request.header("Authorization", "Bearer " + token.get());
  }

  private Optional<Answer> send(HttpRequest.Builder request, Duration timeout) {
    try {
      var response = http.send(request.timeout(timeout).build(), BodyHandlers.ofString());
      return Optional.of(new Answer(response.statusCode(), json(response.body())));
    } catch (SSLException e) {
      throw new StartFailure(
          url
              + " is not believed ("
              + e.getMessage()
              + "): name the authority of its certificate with --ca or WEFT_CA",
          e);
    } catch (IOException e) {
      // Whoever asks tries another node, or says that none answered.
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
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
}
