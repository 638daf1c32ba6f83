package io.weft.sites.reach;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.weft.mesh.link.LinkSocket;
import java.util.ArrayList;
import java.util.List;

/** A connection of a link without a network, between two event loops, that can be cut. */
final class Pipe {
  final End edge;
  final End hub;
  private volatile boolean cut;

  Pipe(Context edgeLoop, Context hubLoop) {
    edge = new End(edgeLoop);
    hub = new End(hubLoop);
    edge.other = hub;
    hub.other = edge;
  }

  /** Cuts it: what is on its way is lost, and both ends hear of it. */
  void cut() {
    cut = true;
    edge.close();
    hub.close();
  }

  /** One end; its state belongs to its event loop. */
  final class End implements LinkSocket {
    private final Context home;
    private final List<Buffer> early = new ArrayList<>();
    private End other = this;
    private Listener listener;
    private boolean closed;

    private End(Context home) {
      this.home = home;
    }

    @Override
    public void start(Listener hears) {
      listener = hears;
      early.forEach(hears::message);
      early.clear();
      if (closed) {
        hears.closed();
      }
    }

    @Override
    public Future<Void> write(Buffer message) {
      if (cut || closed) {
        return Future.failedFuture("closed");
      }
      other.home.runOnContext(there -> other.hear(message));
      return Future.succeededFuture();
    }

    private void hear(Buffer message) {
      if (cut || closed) {
        return;
      }
      if (listener == null) {
        early.add(message);
      } else {
        listener.message(message);
      }
    }

    @Override
    public void close() {
      gone();
      other.gone();
    }

    private void gone() {
      home.runOnContext(
          here -> {
            if (!closed) {
              closed = true;
              if (listener != null) {
                listener.closed();
              }
            }
          });
    }

    @Override
    public void abort() {
      close();
    }

    @Override
    public String peer() {
      return "the other end";
    }

    @Override
    public String host() {
      return peer();
    }
  }
}
