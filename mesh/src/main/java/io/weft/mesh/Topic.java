package io.weft.mesh;

import io.weft.mesh.wire.JsonCodec;

/**
 * A named stream of events of one service, such as {@code orders.placed}.
 *
 * @param name {@code service.event}, both of lower-case letters, digits and hyphens
 * @param codec of the bodies, which are JSON of at most {@link MeshLimits#EVENT_BODY_MAX_BYTES}
 * @param <E> the type of bodies
 */
public record Topic<E>(String name, Codec<E> codec) {
  /** Checks the name and that bodies are JSON, which they are inside an event's own. */
  public Topic {
    Operation.checkName(name);
    if (!codec.contentType().equals(JsonCodec.CONTENT_TYPE)) {
      throw new IllegalArgumentException(
          "topic " + name + ": " + codec.contentType() + " (expected: application/json)");
    }
  }

  /** Returns a topic whose bodies are records as JSON. */
  public static <E> Topic<E> of(String name, Class<E> type) {
    return new Topic<>(name, JsonCodec.lenient(type));
  }

  /** Returns the name of the service whose events these are. */
  public String service() {
    return Operation.serviceOf(name);
  }
}
