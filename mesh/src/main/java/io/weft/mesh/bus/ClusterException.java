package io.weft.mesh.bus;

import java.net.BindException;

/** Why a node cannot join or begin a cluster; its message says what to do. */
public final class ClusterException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ClusterException(String message) {
    super(message);
  }

  private ClusterException(String message, Throwable cause) {
    super(message, cause);
  }

  static ClusterException of(ClusterNode.Settings settings, Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof BindException || portTaken(cause)) {
        return new ClusterException(
            "cluster port "
                + settings.clusterPort()
                + " or bus port "
                + settings.busPort()
                + " on "
                + settings.host()
                + " is taken, or the address is not this host's: choose another with"
                + " --cluster-port, --bus-port or --host",
            failure);
      }
    }
    return new ClusterException(
        "the cluster \""
            + settings.clusterName()
            + "\" cannot be joined: "
            + failure.getMessage()
            + "; if its nodes have another name, give it with --cluster-name",
        failure);
  }

  private static boolean portTaken(Throwable cause) {
    var message = String.valueOf(cause.getMessage());
    return message.contains("ServerSocket bind has failed") // Hazelcast
        || message.startsWith("bind("); // the native transport, which has no type for it
  }
}
