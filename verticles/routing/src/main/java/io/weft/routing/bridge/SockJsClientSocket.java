package io.weft.routing.bridge;

import io.vertx.core.Future;
import io.vertx.core.http.impl.HttpServerConnection;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.handler.sockjs.SockJSSocket;
import org.jspecify.annotations.Nullable;

/** A SockJS socket of a browser, or a WebSocket without SockJS. */
final class SockJsClientSocket implements ClientSocket {
  /** Characters of a reason that the close frame of a WebSocket can hold, whatever they are. */
  private static final int REASON_MAX_CHARS = 40;

  private final SockJSSocket socket;

  /** Whether there is nothing of SockJS between this and the WebSocket. */
  private final boolean bare;

  SockJsClientSocket(SockJSSocket socket, boolean bare) {
    this.socket = socket;
    this.bare = bare;
  }

  @Override
  public Dialect dialect() {
    return Dialect.SOCKJS;
  }

  @Override
  public void start(Listener listener) {
    socket.handler(listener::message);
    // Above all a message over the limit, whose remainder would be taken for the next message.
    socket.exceptionHandler(e -> listener.broken(String.valueOf(e.getMessage())));
    socket.closeHandler(closed -> listener.closed());
  }

  @Override
  public Future<Void> write(String message) {
    return socket.write(message);
  }

  @Override
  public void pause() {
    // A paused session of SockJS reads on, and keeps without bound what it reads.
    if (bare) {
      socket.pause();
    }
  }

  @Override
  public void resume() {
    if (bare) {
      socket.resume();
    }
  }

  @Override
  public void close(int code, String reason) {
    socket.close(
        code, reason.length() <= REASON_MAX_CHARS ? reason : reason.substring(0, REASON_MAX_CHARS));
  }

  @Override
  public void abort() {
    // A close by Vert.x stands behind what waits to be sent, for which the client may never ask; so
    // this one begins in front of Vert.x. Where a connection is no WebSocket's, it may carry the
    // requests of others.
    if (socket.uri().endsWith("/websocket")
        && socket.routingContext().request().connection() instanceof HttpServerConnection own) {
      own.channelHandlerContext().pipeline().firstContext().close();
    }
  }

  @Override
  public @Nullable SocketAddress remoteAddress() {
    return socket.remoteAddress();
  }
}
