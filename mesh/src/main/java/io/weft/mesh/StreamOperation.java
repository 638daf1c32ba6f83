package io.weft.mesh;

import io.weft.mesh.wire.JsonCodec;

/**
 * One typed contract of a service that answers a request with a stream of items, such as {@code
 * orders.watch}.
 *
 * <p>Streams are safe: opening one anew has no effect but a new stream.
 *
 * @param name {@code service.verb}, both of lower-case letters, digits and hyphens
 * @param request the codec of requests
 * @param item the codec of the items, each at most {@link MeshLimits#ITEM_MAX_BYTES} as bytes
 * @param <Q> the type of requests
 * @param <T> the type of items
 */
public record StreamOperation<Q, T>(String name, Codec<Q> request, Codec<T> item) {
  /** Checks the name. */
  public StreamOperation {
    Operation.checkName(name);
  }

  /** Returns a stream of records as JSON. */
  public static <Q, T> StreamOperation<Q, T> of(String name, Class<Q> request, Class<T> item) {
    return new StreamOperation<>(name, JsonCodec.of(request), JsonCodec.lenient(item));
  }

  /** Returns the name of the service that the operation belongs to. */
  public String service() {
    return Operation.serviceOf(name);
  }
}
