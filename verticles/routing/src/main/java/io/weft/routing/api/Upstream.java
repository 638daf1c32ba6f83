package io.weft.routing.api;

import io.weft.mesh.CallOptions;
import io.weft.mesh.Operation;

/**
 * The two operations by which any HTTP service that has joined the mesh is called, as in {@code
 * mesh.call(Upstream.read("reports"), UpstreamRequest.get("/reports/daily"))}.
 *
 * <p>Operations are values: whoever calls often keeps them.
 */
public final class Upstream {
  /**
   * For {@link #write}: the service knows no idempotency keys, so a request that may have run is
   * not sent again.
   */
  public static final CallOptions ONCE = CallOptions.DEFAULT.withKey("");

  private Upstream() {}

  /** Returns the operation for requests whose method is safe. */
  public static Operation<UpstreamRequest, UpstreamReply> read(String service) {
    return Operation.query(service + ".read", MessageCodec.REQUEST, MessageCodec.REPLY);
  }

  /** Returns the operation for requests that have effects; see {@link #ONCE}. */
  public static Operation<UpstreamRequest, UpstreamReply> write(String service) {
    return new Operation<>(
        service + ".write", Operation.Kind.COMMAND, MessageCodec.REQUEST, MessageCodec.REPLY);
  }
}
