package io.weft.mesh.link;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocketBase;
import io.vertx.core.internal.http.WebSocketInternal;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.time.Timers;
import org.jspecify.annotations.Nullable;

/**
 * A WebSocket as a link sees it, whose own event loop may be another than the link's.
 *
 * <p>It has to be made in the turn of the event loop in which the WebSocket was opened, or messages
 * are missed; all else is for the link's event loop.
 */
final class WebSocketCarrier implements LinkSocket {
  private final WebSocketBase socket;
  private final Context home;
  private final Timers timers;
  private @Nullable Listener listener;
  private boolean closed;

  /**
   * Takes a WebSocket that has just been opened.
   *
   * @param home a context on the link's event loop
   */
  WebSocketCarrier(WebSocketBase socket, Context home, Timers timers) {
    this.socket = socket;
    this.home = home;
    this.timers = timers;
    socket
        .binaryMessageHandler(message -> home.runOnContext(here -> heard(message)))
        .textMessageHandler(text -> abort()) // No link has any.
        .exceptionHandler(e -> {}) // It closes with it, which is told.
        .closeHandler(gone -> home.runOnContext(here -> gone()));
  }

  @Override
  public void start(Listener hears) {
    listener = hears;
    if (closed) {
      hears.closed();
    }
  }

  @Override
  public Future<Void> write(Buffer message) {
    Promise<Void> taken = Promise.promise();
    socket
        .writeBinaryMessage(message)
        .onComplete(
            (written, failure) ->
                home.runOnContext(
                    here -> {
                      if (failure == null) {
                        taken.complete();
                      } else {
                        taken.fail(failure);
                      }
                    }));
    return taken.future();
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    // Vert.x counts its time only from when the network has taken what went before, so never where
    // nobody reads.
    var late = timers.after(MeshLimits.LINK_CLOSE_TIMEOUT, this::abort);
    socket.close().onComplete(done -> home.runOnContext(here -> late.cancel()));
  }

  @Override
  public void abort() {
    // In front of all handlers of Vert.x, which would wait for what is to be sent before.
    if (socket instanceof WebSocketInternal own) {
      var first = own.channelHandlerContext().pipeline().firstContext();
      if (first != null) { // Else it has closed by itself.
        first.close();
      }
    }
  }

  @Override
  public String peer() {
    return String.valueOf(socket.remoteAddress());
  }

  @Override
  public String host() {
    return String.valueOf(socket.remoteAddress().hostAddress());
  }

  private void heard(Buffer message) {
    if (listener != null && !closed) {
      listener.message(message);
    }
  }

  private void gone() {
    closed = true;
    if (listener != null) {
      listener.closed();
    }
  }
}
