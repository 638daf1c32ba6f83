package io.weft.mesh.bus;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import io.weft.mesh.MeshLimits;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Finds out whether a node can be reached: by a connection to its bus, which says nothing and is
 * closed again.
 *
 * <p>One at a time to each address. For the control event loop.
 */
final class Knocker {
  private static final Pattern ADDRESS = Pattern.compile(".+:[0-9]{1,5}");
  private static final int PORT_MAX = 65_535;

  private final NetClient client;
  private final Map<String, Future<Void>> knocking = new HashMap<>();

  Knocker(Vertx vertx) {
    client =
        vertx.createNetClient(
            new NetClientOptions()
                .setConnectTimeout((int) MeshLimits.KNOCK_TIMEOUT.toMillis())
                .setMetricsName(Connections.UNWATCHED)); // Or it would knock for each knock.
  }

  /**
   * Knocks at an address, as {@code host:port}.
   *
   * @return fails when no connection is made, because it is refused or nobody answers
   */
  Future<Void> knock(String address) {
    var known = knocking.get(address);
    if (known != null) {
      return known;
    }
    var knock = connect(address);
    if (!knock.isComplete()) {
      knocking.put(address, knock);
      knock.onComplete(done -> knocking.remove(address));
    }
    return knock;
  }

  private Future<Void> connect(String address) {
    if (!ADDRESS.matcher(address).matches()) {
      return Future.failedFuture("address " + address + " (expected: host:port)");
    }
    int colon = address.lastIndexOf(':');
    var host = address.substring(0, colon);
    int port = Integer.parseInt(address.substring(colon + 1));
    return client.connect(Math.min(port, PORT_MAX), host).compose(NetSocket::close);
  }

  void close() {
    client.close();
  }
}
