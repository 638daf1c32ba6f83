package io.weft.mesh.link;

import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.weft.mesh.time.Timers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a gateway runs at {@link HubAddress#PATH}: it makes WebSockets of the requests there, and
 * gives them to the hub's links.
 *
 * <p>It may be called on any event loop; the links stay on theirs. The server must take WebSocket
 * frames and messages of {@link io.weft.mesh.MeshLimits#LINK_BATCH_MAX_BYTES}.
 */
public final class HubDoor implements Handler<HttpServerRequest> {
  private static final Logger LOG = LoggerFactory.getLogger(HubDoor.class);
  private static final int UPGRADE_REQUIRED = 426;
  private static final String WEB_SOCKET = "websocket";

  private final HubLinks links;
  private final Context home;
  private final Timers timers;

  /**
   * Creates a door to some links.
   *
   * @param home a context on the event loop of the links
   */
  public HubDoor(HubLinks links, Context home, Timers timers) {
    this.links = links;
    this.home = home;
    this.timers = timers;
  }

  @Override
  public void handle(HttpServerRequest request) {
    if (!WEB_SOCKET.equalsIgnoreCase(request.getHeader(HttpHeaders.UPGRADE))) {
      request
          .response()
          .setStatusCode(UPGRADE_REQUIRED)
          .putHeader(HttpHeaders.UPGRADE, WEB_SOCKET)
          .putHeader(HttpHeaders.CONNECTION, HttpHeaders.UPGRADE)
          .end()
          .onFailure(e -> LOG.debug("client gone before its response: {}", e.getMessage()));
      return;
    }
    request
        .toWebSocket()
        .map(socket -> new WebSocketCarrier(socket, home, timers))
        .onSuccess(socket -> home.runOnContext(here -> links.accept(socket)))
        .onFailure(e -> LOG.debug("no WebSocket: {}", e.getMessage()));
  }
}
