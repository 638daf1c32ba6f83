package io.weft.node.cli;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.weft.node.NodeLimits;
import io.weft.routing.access.Loopback;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/** A client of one node's admin API; blocking, for commands. */
final class AdminClient {
  private static final HttpClient CLIENT =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(NodeLimits.ADMIN_TIMEOUT)
          .build();

  private final String address;
  private final Supplier<String> token;

  /** An answer, whose body is an object; a list is under {@code items}. */
  record Answer(int status, JsonObject body) {}

  /**
   * Creates a client of {@code host:port}.
   *
   * @param token makes the token that is sent where the address is not on loopback
   */
  AdminClient(String address, Supplier<String> token) {
    this.address = address;
    this.token = token;
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
    var request = HttpRequest.newBuilder(URI.create("http://" + address + path));
    return Loopback.is(address.substring(0, address.lastIndexOf(':')))
        ? request
        : request.header("Authorization", "Bearer " + token.get());
  }

  private static Optional<Answer> send(HttpRequest.Builder request, Duration timeout) {
    try {
      var response = CLIENT.send(request.timeout(timeout).build(), BodyHandlers.ofString());
      return Optional.of(new Answer(response.statusCode(), json(response.body())));
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
