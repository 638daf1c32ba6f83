package io.weft.routing.bridge;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;
import io.weft.routing.problem.ProblemException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A TCP connection of a client that speaks the protocol of vertx-tcp-eventbus-bridge. */
final class TcpClientSocket implements ClientSocket {
  private static final Logger LOG = LoggerFactory.getLogger(TcpClientSocket.class);

  private final NetSocket socket;
  private final BridgeLoad load;
  private final MessageFrames frames = new MessageFrames();
  private long counted;
  private boolean paused;
  private boolean telling;
  private boolean over;
  private @Nullable Listener listener;

  TcpClientSocket(NetSocket socket, BridgeLoad load) {
    this.socket = socket;
    this.load = load;
  }

  @Override
  public Dialect dialect() {
    return Dialect.TCP;
  }

  @Override
  public void start(Listener listener) {
    this.listener = listener;
    socket.exceptionHandler(e -> LOG.debug("{}: {}", socket.remoteAddress(), e.toString()));
    socket.closeHandler(
        closed -> {
          over = true;
          count(0);
          listener.closed();
        });
    socket.handler(
        bytes -> {
          if (!over) {
            frames.add(bytes);
            tell(listener);
          }
        });
  }

  /** Tells of the messages that have come whole, for as long as somebody wants them. */
  private void tell(Listener listener) {
    if (telling) {
      return;
    }
    telling = true;
    try {
      Buffer message;
      while (!paused && !over && (message = frames.next()) != null) {
        listener.message(message);
      }
      count(over ? 0 : frames.waiting());
      if (load.tooMuchHalf(counted)) {
        listener.broken("half a message, and too many of others have come");
      }
    } catch (ProblemException e) {
      listener.broken(e.problem().detail());
    } finally {
      telling = false;
    }
  }

  private void count(long waiting) {
    load.half(waiting - counted);
    counted = waiting;
  }

  @Override
  public Future<Void> write(String message) {
    return socket.write(MessageFrames.framed(message));
  }

  @Override
  public void pause() {
    paused = true;
    socket.pause();
  }

  @Override
  public void resume() {
    paused = false;
    if (listener != null) {
      tell(listener);
    }
    if (!paused) {
      socket.resume();
    }
  }

  @Override
  public void close(int code, String reason) {
    over = true;
    var told = new JsonObject().put("type", "err").put("failureCode", code).put("message", reason);
    write(told.encode())
        .eventually(socket::close)
        .onFailure(e -> LOG.debug("{}: {}", socket.remoteAddress(), e.toString()));
  }

  @Override
  public void abort() {
    // A close by Vert.x stands behind what waits to be sent, for which the client may never ask; so
    // this one begins in front of Vert.x.
    ((NetSocketInternal) socket).channelHandlerContext().pipeline().firstContext().close();
  }

  @Override
  public SocketAddress remoteAddress() {
    return socket.remoteAddress();
  }
}
