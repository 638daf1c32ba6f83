package io.weft.mesh.link;

import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.policy.AdmissionPolicy.RateLimit;
import io.weft.mesh.server.TokenBucket;
import io.weft.mesh.time.Time;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a gateway runs at {@link HubAddress#PATH}: it makes WebSockets of the requests there, and
 * gives them to the hub's links.
 *
 * <p>Anybody may come here, and what is let in costs signatures on the event loop of the links. So
 * no more than {@link MeshLimits#LINK_ARRIVALS_PER_SECOND} are: who comes beyond that is told to
 * come again (503 with {@code Retry-After}), which edges do.
 *
 * <p>It may be called on any event loop; the links stay on theirs. The server must take WebSocket
 * frames and messages of {@link MeshLimits#LINK_BATCH_MAX_BYTES}.
 */
public final class HubDoor implements Handler<HttpServerRequest> {
  private static final Logger LOG = LoggerFactory.getLogger(HubDoor.class);
  private static final int UPGRADE_REQUIRED = 426;
  private static final int UNAVAILABLE = 503;
  private static final String WEB_SOCKET = "websocket";

  private final HubLinks links;
  private final Context home;
  private final Time time;

  /** Guarded by itself: gateways have several event loops. */
  private final TokenBucket arrivals;

  /**
   * Creates a door to some links.
   *
   * @param home a context on the event loop of the links
   */
  public HubDoor(HubLinks links, Context home, Time time) {
    this.links = links;
    this.home = home;
    this.time = time;
    arrivals =
        new TokenBucket(
            new RateLimit(
                MeshLimits.LINK_ARRIVALS_PER_SECOND, MeshLimits.LINK_ARRIVALS_BURST, null),
            time.ticker().nanos());
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
    long waitNanos = arrive();
    if (waitNanos > 0) {
      long seconds = 1 + TimeUnit.NANOSECONDS.toSeconds(waitNanos);
      request
          .response()
          .setStatusCode(UNAVAILABLE)
          .putHeader(HttpHeaders.RETRY_AFTER, Long.toString(seconds))
          .end(
              "more than "
                  + MeshLimits.LINK_ARRIVALS_PER_SECOND
                  + " links a second (limit); come again\n")
          .onFailure(e -> LOG.debug("client gone before its response: {}", e.getMessage()));
      return;
    }
    request
        .toWebSocket()
        .map(socket -> new WebSocketCarrier(socket, home, time.timers()))
        .onSuccess(socket -> home.runOnContext(here -> links.accept(socket)))
        .onFailure(e -> LOG.debug("no WebSocket: {}", e.getMessage()));
  }

  /** Returns 0 for who is let in, or in how many nanoseconds the next one is. */
  private long arrive() {
    synchronized (arrivals) {
      return arrivals.take(time.ticker().nanos());
    }
  }
}
