package io.weft.mesh;

import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A request on its way along the path of a call.
 *
 * @param operation the name of the operation
 * @param kind whether the operation has effects
 * @param body the encoded request, at most {@link MeshLimits#BODY_MAX_BYTES} long
 * @param deadline the time by which the answer is useless
 * @param key the idempotency key of a command; empty for a query
 * @param traceparent the W3C trace context
 * @param caller the service, or else the node, that calls
 * @param node the only node that may serve the call, or null for any
 * @param tried ids of the endpoints that earlier attempts of this call went to; grows with each
 *     attempt and never leaves the calling event loop
 */
public record Request(
    String operation,
    Operation.Kind kind,
    Buffer body,
    Deadline deadline,
    String key,
    String traceparent,
    String caller,
    @Nullable String node,
    Set<String> tried) {

  /** Creates a request that has not been tried yet. */
  public Request(
      String operation,
      Operation.Kind kind,
      Buffer body,
      Deadline deadline,
      String key,
      String traceparent,
      String caller,
      @Nullable String node) {
    this(operation, kind, body, deadline, key, traceparent, caller, node, new HashSet<>());
  }

  /** Returns the name of the service that is called. */
  public String service() {
    return operation.substring(0, operation.indexOf('.'));
  }

  /** Returns this request with a deadline at most {@code limit} ahead. */
  public Request atMost(Duration limit) {
    return new Request(
        operation, kind, body, deadline.atMost(limit), key, traceparent, caller, node, tried);
  }
}
