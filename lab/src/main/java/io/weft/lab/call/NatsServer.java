package io.weft.lab.call;

import io.nats.client.Nats;
import io.nats.client.Options;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.weft.lab.Ports;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A nats-server, and a subscriber that answers through it. */
final class NatsServer implements EchoServer {
  /** The program that must be there. */
  static final String PROGRAM = "nats-server";

  /** The subject that requests are published to. */
  static final String SUBJECT = "echo";

  private @Nullable Broker broker;

  @Override
  public Future<JsonObject> start() {
    int port = Ports.free();
    broker = new Broker();
    broker.start(
        List.of(PROGRAM, "--addr", Ports.HOST, "--port", Integer.toString(port)), Map.of(), port);
    try {
      var connection = Nats.connect(options(port));
      connection
          .createDispatcher(
              message ->
                  connection.publish(message.getReplyTo(), BodyCodec.answer(message.getData())))
          .subscribe(SUBJECT);
      connection.flush(CallLimits.FIRST_CALL_PATIENCE);
    } catch (IOException | java.util.concurrent.TimeoutException e) {
      return Future.failedFuture(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Future.failedFuture(e);
    }
    return Future.succeededFuture(new JsonObject().put("port", port));
  }

  /** Returns the options of a connection. */
  static Options options(int port) {
    return Options.builder().server("nats://" + Ports.HOST + ":" + port).build();
  }

  @Override
  public void kill() {
    if (broker != null) {
      broker.kill();
    }
  }
}
