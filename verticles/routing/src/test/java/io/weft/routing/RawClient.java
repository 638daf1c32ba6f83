package io.weft.routing;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** A bare connection to a gateway's HTTP port: a test makes the bytes, and reads what comes. */
public final class RawClient {
  public final NetSocket socket;

  /** Completes when the connection is closed, by whichever side. */
  public final Future<Void> closed;

  private final StringBuilder received = new StringBuilder();
  private final List<Wanted> wanted = new ArrayList<>();

  private record Wanted(String text, Promise<String> come) {}

  private RawClient(NetSocket socket) {
    this.socket = socket;
    Promise<Void> end = Promise.promise();
    closed = end.future();
    socket.handler(this::took);
    socket.closeHandler(done -> end.tryComplete());
  }

  /** Connects. */
  public static RawClient connect(GatewayFixture gateway) {
    return Await.result(
        gateway.onLoop(
            () ->
                gateway
                    .keep(gateway.vertx.createNetClient())
                    .connect(gateway.port, "127.0.0.1")
                    .map(RawClient::new)));
  }

  /** Writes bytes as they are. */
  public RawClient write(String text) {
    Await.result(socket.write(text));
    return this;
  }

  /** Completes with all that has come, as soon as a text is in it. */
  public Future<String> received(String text) {
    Promise<String> come = Promise.promise();
    String all;
    synchronized (this) {
      all = received.toString();
      if (!all.contains(text)) {
        wanted.add(new Wanted(text, come));
        return come.future();
      }
    }
    return Future.succeededFuture(all);
  }

  /** Completes with the beginning of the first answer. */
  public Future<String> answered() {
    return received("HTTP/1.1 ");
  }

  private void took(Buffer bytes) {
    var come = new ArrayList<Promise<String>>();
    String all;
    synchronized (this) {
      all = received.append(bytes.toString(StandardCharsets.ISO_8859_1)).toString();
      for (Iterator<Wanted> each = wanted.iterator(); each.hasNext(); ) {
        var one = each.next();
        if (all.contains(one.text())) {
          each.remove();
          come.add(one.come());
        }
      }
    }
    come.forEach(promise -> promise.complete(all));
  }
}
