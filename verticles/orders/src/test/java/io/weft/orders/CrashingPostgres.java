package io.weft.orders;

import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A way to PostgreSQL that ends at a chosen statement, as it does for a process that is killed
 * there: the statement was not sent, or it was carried out and its answer never read.
 *
 * <p>It reads the frontend's messages as PostgreSQL's protocol 3.0 has them. Statements are counted
 * when they are bound, those alone that {@code counted} names, so that what runs beside does not
 * count. After the crash nothing passes any more. All of it is on one event loop.
 */
final class CrashingPostgres implements AutoCloseable {
  private static final int SSL_REQUEST = 80877103;
  private static final List<String> COUNTED =
      List.of(
          "into inbox",
          "from inbox",
          "from users",
          "update users",
          "reservations",
          "into orders",
          "update orders",
          "from orders");
  private static final String RECOVERY = "skip locked";

  private final Vertx vertx = Vertx.vertx();
  private final NetClient upstreams = vertx.createNetClient();
  private final URI target;
  private final Context loop = vertx.getOrCreateContext();
  private final NetServer server;
  private final List<Way> ways = new ArrayList<>();
  private final List<String> statements = new ArrayList<>();
  private @Nullable Crash crash;
  private volatile boolean crashed;

  /** Where the way ends, and who is told. */
  private record Crash(int statement, boolean carriedOut, Runnable told) {}

  CrashingPostgres(String uri) throws Exception {
    target = URI.create(uri);
    server = vertx.createNetServer().connectHandler(this::connected);
    Promise<Object> listening = Promise.promise();
    loop.runOnContext(go -> server.listen(0, "127.0.0.1").<Object>mapEmpty().onComplete(listening));
    Shop.await(listening.future());
  }

  /** Returns the URI of the same database by this way. */
  String uri() {
    return target.toString().replace(":" + target.getPort(), ":" + server.actualPort());
  }

  /**
   * Begins to count, and crashes at a statement.
   *
   * @param statement from 1
   * @param carriedOut whether the server carries it out, or never hears of it
   */
  void crashAt(int statement, boolean carriedOut, Runnable told) throws Exception {
    onLoop(
        () -> {
          statements.clear();
          crash = new Crash(statement, carriedOut, told);
        });
  }

  /** Returns whether the way has ended. */
  boolean crashed() {
    return crashed;
  }

  /** Returns the statements that were counted. */
  List<String> statements() throws Exception {
    var copy = new ArrayList<String>();
    onLoop(() -> copy.addAll(statements));
    return copy;
  }

  private void onLoop(Runnable task) throws Exception {
    Promise<Void> done = Promise.promise();
    loop.runOnContext(
        go -> {
          task.run();
          done.complete();
        });
    Shop.await(done.future());
  }

  private void connected(NetSocket client) {
    if (crashed) {
      client.close();
      return;
    }
    client.pause();
    upstreams
        .connect(target.getPort(), target.getHost())
        .onSuccess(upstream -> ways.add(new Way(client, upstream)))
        .onFailure(e -> client.close());
  }

  private void crashNow() {
    crashed = true;
    // The server sees its client gone; the client sees nothing, as it is to be dead.
    ways.forEach(way -> way.upstream.close());
    if (crash != null) {
      crash.told.run();
    }
  }

  @Override
  public void close() throws Exception {
    Shop.await(vertx.close());
  }

  /** One connection. */
  private final class Way {
    private final NetSocket upstream;
    private final Map<String, String> prepared = new HashMap<>();
    private Buffer unread = Buffer.buffer();
    private boolean greeted;
    private boolean ending;

    Way(NetSocket client, NetSocket upstream) {
      this.upstream = upstream;
      client.handler(this::fromClient);
      client.closeHandler(closed -> upstream.close());
      upstream.handler(
          answer -> {
            if (ending && !crashed) {
              crashNow(); // Whatever it says, it has carried the statement out.
            } else if (!crashed) {
              client.write(answer);
            }
          });
      upstream.closeHandler(
          closed -> {
            if (!crashed) {
              client.close();
            }
          });
      client.resume();
    }

    private void fromClient(Buffer bytes) {
      unread = unread.appendBuffer(bytes);
      Buffer message = next();
      while (message != null && !crashed) {
        if (message.getByte(0) == 'B' && greeted && dies(message)) {
          return;
        }
        upstream.write(message);
        message = next();
      }
    }

    private boolean dies(Buffer bind) {
      int name = 5 + text(bind, 5).length() + 1;
      String sql = prepared.getOrDefault(text(bind, name), "");
      if (crash == null || sql.contains(RECOVERY) || COUNTED.stream().noneMatch(sql::contains)) {
        return false;
      }
      statements.add(sql);
      if (statements.size() != crash.statement) {
        return false;
      }
      if (crash.carriedOut) {
        ending = true;
        return false;
      }
      crashNow();
      return true;
    }

    private @Nullable Buffer next() {
      int header = greeted ? 5 : 4;
      if (unread.length() < header) {
        return null;
      }
      int length = unread.getInt(header - 4) + header - 4;
      if (unread.length() < length) {
        return null;
      }
      Buffer message = unread.getBuffer(0, length);
      unread = unread.getBuffer(length, unread.length());
      if (!greeted) {
        greeted = message.getInt(4) != SSL_REQUEST;
      } else if (message.getByte(0) == 'P') {
        String name = text(message, 5);
        prepared.put(name, text(message, 5 + name.length() + 1));
      }
      return message;
    }

    /** Names are bytes that may be anything but zero: read them as Latin-1, one to one. */
    private String text(Buffer message, int start) {
      int end = start;
      while (message.getByte(end) != 0) {
        end++;
      }
      return message.getString(start, end, StandardCharsets.ISO_8859_1.name());
    }
  }
}
