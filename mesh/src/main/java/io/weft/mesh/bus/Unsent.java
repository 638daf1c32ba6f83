package io.weft.mesh.bus;

import io.vertx.core.VertxException;
import io.vertx.core.eventbus.ReplyException;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.MeshFailure.NotSent;
import io.weft.mesh.MeshFailure.Unknown;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;

/** What is known of a request whose frame the event bus did not send. */
final class Unsent {
  private Unsent() {}

  /**
   * Returns the failure of a call. A connection that could not be made carried nothing. One that
   * broke may have carried the request before it did.
   */
  static MeshFailure failure(String node, Throwable cause) {
    if (cause instanceof MeshFailure known) {
      return known;
    }
    var message = "node " + node + " cannot be reached: " + cause.getMessage();
    boolean neverLeft =
        cause instanceof ConnectException
            || cause instanceof NoRouteToHostException
            || cause instanceof UnknownHostException
            || cause instanceof ReplyException // Nobody listens at the lane's address.
            || (cause instanceof VertxException
                && "Not a member of the cluster".equals(cause.getMessage()));
    return neverLeft ? new NotSent(message) : new Unknown(message);
  }
}
