package io.weft.lab.call;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.weft.lab.Ports;
import io.weft.mesh.time.Rng;
import java.util.List;

/** The event bus as it comes: a consumer on a verticle. */
final class BareServer implements EchoServer {
  private final int loops;

  /**
   * Creates a server.
   *
   * @param loops event loops, or 0 for as many as Vert.x takes by itself
   */
  BareServer(int loops) {
    this.loops = loops;
  }

  @Override
  public Future<JsonObject> start() {
    var cluster = "bench-" + Rng.system().uuid();
    int port = Ports.free();
    return BareBus.start(cluster, port, List.of(), BareBus.loops(loops))
        .compose(vertx -> vertx.deployVerticle(new Echo()))
        .map(deployed -> new JsonObject().put("cluster", cluster).put("port", port));
  }

  private static final class Echo extends VerticleBase {
    @Override
    public Future<?> start() {
      return vertx
          .eventBus()
          .<Buffer>consumer(
              BareBus.ECHO, message -> message.reply(BodyCodec.answer(message.body())))
          .completion();
    }
  }
}
