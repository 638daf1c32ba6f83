package io.weft.mesh.link;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.net.ProxyOptions;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.time.Timers;
import org.jspecify.annotations.Nullable;

/**
 * The way to a hub: a WebSocket at its gateway, through an HTTP or SOCKS proxy where there is one.
 *
 * <p>The certificate that the other end of TLS shows is not looked at. It may be that of a proxy,
 * or expired by a clock that is wrong; the link itself proves who both sides are and seals what it
 * carries (decision 0063), and TLS is there to pass where nothing else does. For the link's event
 * loop.
 */
public final class WebSocketDialer implements Dialer {
  private final WebSocketClient client;
  private final Context home;
  private final Timers timers;
  private final HubAddress hub;
  private final @Nullable ProxyOptions proxy;

  /**
   * Creates a way that opens nothing before it is dialled.
   *
   * @param home a context on the link's event loop
   * @param proxy what to go through; null to go straight
   */
  public WebSocketDialer(
      Vertx vertx, Context home, Timers timers, HubAddress hub, @Nullable ProxyOptions proxy) {
    this.home = home;
    this.timers = timers;
    this.hub = hub;
    this.proxy = proxy;
    var options =
        new WebSocketClientOptions()
            .setConnectTimeout((int) MeshLimits.LINK_CONNECT_TIMEOUT.toMillis())
            .setMaxFrameSize(MeshLimits.LINK_BATCH_MAX_BYTES)
            .setMaxMessageSize(MeshLimits.LINK_BATCH_MAX_BYTES)
            .setClosingTimeout((int) MeshLimits.LINK_CLOSE_TIMEOUT.toSeconds())
            .setTcpNoDelay(true)
            .setSsl(hub.tls());
    if (hub.tls()) {
      options.setTrustAll(true).setVerifyHost(false);
    }
    if (proxy != null) {
      options.setProxyOptions(proxy);
    }
    client = vertx.createWebSocketClient(options);
  }

  @Override
  public Future<LinkSocket> dial() {
    Promise<LinkSocket> dialled = Promise.promise();
    var to =
        new WebSocketConnectOptions()
            .setHost(hub.host())
            .setPort(hub.port())
            .setURI(HubAddress.PATH)
            .setTimeout(MeshLimits.LINK_CONNECT_TIMEOUT.toMillis());
    client
        .connect(to)
        .map(socket -> new WebSocketCarrier(socket, home, timers))
        .onComplete(
            (socket, failure) ->
                home.runOnContext(
                    here -> {
                      if (failure == null) {
                        dialled.complete(socket);
                      } else {
                        dialled.fail(named(failure));
                      }
                    }));
    return dialled.future();
  }

  /** Whoever looks for the fault must know that it may be the proxy's. */
  private Throwable named(Throwable failure) {
    return proxy == null
        ? failure
        : new LinkException(
            LinkReason.UNKNOWN,
            "by the proxy %s:%d (sites.proxy): %s"
                .formatted(proxy.getHost(), proxy.getPort(), failure.getMessage()));
  }

  /** Closes what is still open. */
  public Future<Void> close() {
    return client.close();
  }
}
