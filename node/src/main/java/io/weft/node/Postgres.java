package io.weft.node;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.weft.ledger.embedded.EmbeddedPostgres;
import io.weft.ledger.embedded.EmbeddedPostgresException;
import io.weft.mesh.time.Time;
import io.weft.node.settings.Settings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The PostgreSQL that a node's services use: one that was named, or the embedded one, which this
 * node helps to keep running.
 */
final class Postgres {
  private static final Logger LOG = LoggerFactory.getLogger(Postgres.class);
  private static final int PORT_DEFAULT = 5432;

  private final String uri;
  private final String host;
  private final int port;
  private final @Nullable EmbeddedPostgres embedded;
  private volatile boolean released;

  private Postgres(String uri, @Nullable EmbeddedPostgres embedded) {
    this.uri = uri;
    this.embedded = embedded;
    var address = URI.create(uri);
    host = address.getHost() == null ? "" : address.getHost();
    port = address.getPort() < 0 ? PORT_DEFAULT : address.getPort();
  }

  /**
   * Finds or starts it, on a thread of its own: it may take seconds and there is no Vert.x yet.
   *
   * @return fails with a {@link StartFailure} when it cannot be had or does not answer
   */
  static Future<Postgres> acquire(Settings settings) {
    return onThread(() -> acquireNow(settings));
  }

  /** Returns the PostgreSQL of a node whose services keep no data. */
  static Future<Postgres> none() {
    return Future.succeededFuture(new Postgres("none", null));
  }

  /** Returns whether there is one. */
  boolean present() {
    return !uri.equals("none");
  }

  private static Postgres acquireNow(Settings settings) {
    var uri = settings.text("postgres.uri");
    if (uri.equals("embedded")) {
      var data = settings.path("node.data");
      try {
        var embedded = EmbeddedPostgres.acquire(data);
        return new Postgres(embedded.uri(), embedded);
      } catch (EmbeddedPostgresException e) {
        throw new StartFailure(
            e.getMessage() + ": repair it, or name another PostgreSQL with --postgres", e);
      }
    }
    return given(uri);
  }

  private static Postgres given(String uri) {
    try {
      var postgres = new Postgres(uri, null);
      postgres.knock();
      return postgres;
    } catch (IOException | IllegalArgumentException e) {
      throw new StartFailure(
          "PostgreSQL at "
              + Settings.masked(uri)
              + " does not answer ("
              + Settings.masked(String.valueOf(e.getMessage()))
              + "): start it, or name another with --postgres",
          e);
    }
  }

  private void knock() throws IOException {
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(host, port), (int) NodeLimits.CHECK_TIMEOUT.toMillis());
    }
  }

  /** Returns where it is, with its password. */
  String uri() {
    return uri;
  }

  /** Returns a check of whether it accepts connections. */
  Check check(Vertx vertx) {
    return new Check(vertx);
  }

  /** Asks, without logging in, whether it is there; of the embedded one it starts what died. */
  final class Check {
    private final NetClient client;
    private final Vertx vertx;

    private Check(Vertx vertx) {
      this.vertx = vertx;
      client =
          vertx.createNetClient(
              new NetClientOptions().setConnectTimeout((int) NodeLimits.CHECK_TIMEOUT.toMillis()));
    }

    /** Completes when it accepts a connection. */
    Future<Void> answers() {
      return client.connect(port, host).compose(socket -> socket.close());
    }

    /** Looks again and again, and starts the embedded one when it has died. */
    void watch(Time time) {
      if (embedded != null) {
        time.timers().after(NodeLimits.POSTGRES_WATCH_INTERVAL, () -> look(embedded, time));
      }
    }

    private void look(EmbeddedPostgres server, Time time) {
      if (released) {
        return;
      }
      answers()
          .recover(away -> revive(server))
          .onComplete(
              done -> {
                if (done.failed() && !released) {
                  LOG.error("the embedded PostgreSQL is away: {}", done.cause().getMessage());
                }
                watch(time);
              });
    }

    private Future<Void> revive(EmbeddedPostgres server) {
      if (released) {
        return Future.succeededFuture();
      }
      LOG.warn("the embedded PostgreSQL does not answer: starting it again");
      return vertx.executeBlocking(
          () -> {
            server.ensureRunning();
            return null;
          },
          true);
    }
  }

  /** Gives it up; the last node to do so stops the embedded one. */
  Future<Void> release() {
    released = true;
    if (embedded == null) {
      return Future.succeededFuture();
    }
    return onThread(
        () -> {
          embedded.release();
          return null;
        });
  }

  private static <T> Future<T> onThread(Callable<T> task) {
    var done = new CompletableFuture<T>();
    var thread =
        new Thread(
            () -> {
              try {
                done.complete(task.call());
              } catch (Exception e) {
                done.completeExceptionally(e);
              }
            },
            "weft-postgres");
    thread.setDaemon(true);
    thread.start();
    return Future.fromCompletionStage(done);
  }
}
