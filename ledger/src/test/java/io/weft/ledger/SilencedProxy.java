package io.weft.ledger;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A way to PostgreSQL whose connections can go silent: nothing comes through, nothing is closed.
 */
final class SilencedProxy implements AutoCloseable {
  private final Vertx vertx = Vertx.vertx();
  private final NetClient backends = vertx.createNetClient();
  private final URI uri;
  private final NetServer server;
  private final List<NetSocket> open = new ArrayList<>();

  SilencedProxy(String uri) throws Exception {
    this.uri = URI.create(uri);
    server = await(vertx.createNetServer().connectHandler(this::connect).listen(0, "127.0.0.1"));
  }

  String uri() {
    return "postgresql://%s@127.0.0.1:%d%s"
        .formatted(uri.getUserInfo(), server.actualPort(), uri.getPath());
  }

  /** Silences the connections that are open now; later ones are let through. */
  void silence() {
    synchronized (open) {
      for (NetSocket socket : open) {
        socket.handler(lost -> {});
      }
      open.clear();
    }
  }

  private void connect(NetSocket client) {
    client.pause();
    backends
        .connect(uri.getPort(), uri.getHost())
        .onFailure(e -> client.close())
        .onSuccess(
            backend -> {
              synchronized (open) {
                open.add(client);
                open.add(backend);
              }
              client.handler(backend::write).closeHandler(gone -> backend.close());
              backend.handler(client::write).closeHandler(gone -> client.close());
              client.resume();
            });
  }

  @Override
  public void close() throws Exception {
    await(vertx.close());
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
  }
}
