package io.weft.mesh.vertx;

import io.vertx.core.json.JsonObject;
import java.util.regex.Pattern;

/**
 * Where something outside the mesh listens.
 *
 * @param host its name or address
 * @param port 1 to 65535
 */
record Address(String host, int port) {
  private static final int PORT_MAX = 65_535;
  private static final Pattern TEXT = Pattern.compile("(\\S{1,255}):([0-9]{1,5})");

  Address {
    if (port < 1 || port > PORT_MAX) {
      throw new IllegalArgumentException(
          "port of " + host + ": " + port + " (expected: 1 to " + PORT_MAX + ")");
    }
  }

  /**
   * Reads {@code host:port}.
   *
   * @throws IllegalArgumentException if it is not
   */
  static Address of(String text) {
    var match = TEXT.matcher(text);
    if (!match.matches()) {
      throw new IllegalArgumentException("address " + text + " (expected: host:port)");
    }
    return new Address(match.group(1), Integer.parseInt(match.group(2)));
  }

  /** Returns it as the location of a record of type {@code http-endpoint}. */
  JsonObject location() {
    return new JsonObject()
        .put("host", host)
        .put("port", port)
        .put("root", "/")
        .put("ssl", false)
        .put("endpoint", "http://" + this + "/");
  }

  @Override
  public String toString() {
    return host + ":" + port;
  }
}
