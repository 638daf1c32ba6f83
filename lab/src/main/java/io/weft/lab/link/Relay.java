package io.weft.lab.link;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import io.weft.lab.Patience;
import io.weft.lab.Ports;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * A TCP port of this host behind which is another one: counts what goes through both ways, as TCP
 * carries it, and can be cut as an uplink is. From any thread.
 */
final class Relay implements AutoCloseable {
  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
  private final NetClient client = vertx.createNetClient();
  private final Set<NetSocket> open = ConcurrentHashMap.newKeySet();
  private final LongAdder sent = new LongAdder();
  private final LongAdder received = new LongAdder();
  private final int port;
  private volatile boolean cut;

  /** Bytes that have gone to the port behind, and that have come from it. */
  record Bytes(long sent, long received) {
    /** Returns what was added since. */
    Bytes since(Bytes before) {
      return new Bytes(sent - before.sent, received - before.received);
    }
  }

  /** Opens a port of its own before another one. Blocks. */
  Relay(int to) {
    var server =
        vertx
            .createNetServer()
            .connectHandler(socket -> connected(socket, to))
            .listen(0, Ports.HOST);
    port = Patience.await("the relay", server, LinkLimits.PATIENCE).actualPort();
  }

  /** Returns the port that it opened. */
  int port() {
    return port;
  }

  /** Returns how much went through since it was opened. */
  Bytes bytes() {
    return new Bytes(sent.sum(), received.sum());
  }

  /** Ends all connections, and each new one at once. */
  void cut() {
    cut = true;
    open.forEach(NetSocket::close);
  }

  /** Takes connections again. */
  void heal() {
    cut = false;
  }

  private void connected(NetSocket socket, int to) {
    if (cut) {
      socket.close();
      return;
    }
    socket.pause();
    client
        .connect(to, Ports.HOST)
        .onFailure(refused -> socket.close())
        .onSuccess(
            other -> {
              pass(socket, other, sent);
              pass(other, socket, received);
              socket.resume();
            });
  }

  private void pass(NetSocket from, NetSocket to, LongAdder counter) {
    open.add(from);
    from.handler(
        bytes -> {
          counter.add(bytes.length());
          to.write(bytes);
          if (to.writeQueueFull()) {
            from.pause();
            to.drainHandler(drained -> from.resume());
          }
        });
    from.exceptionHandler(broken -> from.close());
    from.closeHandler(
        closed -> {
          open.remove(from);
          to.close();
        });
    if (cut) { // It came between the two.
      from.close();
    }
  }

  @Override
  public void close() {
    Future<Void> closed = vertx.close();
    Patience.await("the relay closes", closed, LinkLimits.PATIENCE);
  }
}
