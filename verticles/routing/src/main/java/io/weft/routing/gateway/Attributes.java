package io.weft.routing.gateway;

import io.vertx.core.net.SocketAddress;
import io.weft.mesh.CallOptions;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.Origin;
import io.weft.mesh.policy.AttributeSource;
import io.weft.routing.contract.Endpoint;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the gateway says of who asks, as the policies want it said.
 *
 * <p>A client can send any header, so an attribute from one tells what the client says of itself.
 * No header says how much a call matters: who may jump the queue is not for clients to decide.
 */
public final class Attributes {
  private Attributes() {}

  /**
   * Returns options with the attributes that can be told.
   *
   * @param sources where each attribute comes from
   * @param header returns the first value of a header, or null
   * @param client the client's end of the connection, or null when it is not known
   */
  public static CallOptions add(
      CallOptions options,
      Map<String, AttributeSource> sources,
      Function<String, @Nullable String> header,
      @Nullable SocketAddress client) {
    if (sources.isEmpty()) {
      return options;
    }
    var attributes = new HashMap<String, String>();
    sources.forEach(
        (name, source) -> {
          var value =
              switch (source.from()) {
                case HEADER -> header.apply(source.header());
                case CLIENT_ADDRESS -> client == null ? null : client.hostAddress();
              };
          if (value != null && !value.isBlank()) {
            attributes.put(name, shortened(value.strip()));
          }
        });
    return options.withAttributes(attributes);
  }

  /**
   * Returns options with the address of the client for an operation that is told it, unless the
   * policies say already where it is to be taken from.
   */
  public static CallOptions tell(
      CallOptions options, Endpoint endpoint, @Nullable SocketAddress client) {
    if (!endpoint.tellsAddress() || client == null || client.hostAddress() == null) {
      return options;
    }
    var attributes = new HashMap<String, String>();
    if (options.attributes() != null) {
      attributes.putAll(options.attributes());
    }
    attributes.putIfAbsent(Origin.CLIENT_ADDRESS, shortened(client.hostAddress()));
    return options.withAttributes(attributes);
  }

  private static String shortened(String value) {
    return value.substring(0, Math.min(value.length(), MeshLimits.ATTRIBUTE_MAX_CHARS));
  }
}
