package io.weft.lab.call;

import io.nats.client.Connection;
import io.nats.client.Nats;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.weft.lab.Say;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A client of NATS: asynchronous requests over one connection. */
final class NatsClient implements EchoClient {
  private final CallerThread caller = new CallerThread();
  private @Nullable Connection connection;

  @Override
  public Future<Void> connect(JsonObject address) {
    try {
      connection = Nats.connect(NatsServer.options(address.getInteger("port")));
      return Future.succeededFuture();
    } catch (IOException e) {
      return Future.failedFuture(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Future.failedFuture(e);
    }
  }

  @Override
  public void call(Say request, Done done) {
    Objects.requireNonNull(connection, "not connected")
        .request(NatsServer.SUBJECT, BodyCodec.request(request).getBytes())
        .whenComplete(
            (reply, failure) -> {
              if (failure == null) {
                BodyCodec.finish(Buffer.buffer(reply.getData()), done);
              } else {
                done.done(null, failure);
              }
            });
  }

  @Override
  public void execute(Runnable task) {
    caller.execute(task);
  }
}
