package io.weft.lab.call;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.weft.lab.Ports;
import io.weft.lab.Say;
import java.util.List;

/** The event bus as it comes: {@code EventBus.request} from a verticle. */
final class BareClient implements EchoClient {
  private final int loops;
  private final LoopCaller caller = new LoopCaller();

  /**
   * Creates a client.
   *
   * @param loops event loops, or 0 for as many as Vert.x takes by itself
   */
  BareClient(int loops) {
    this.loops = loops;
  }

  @Override
  public Future<Void> connect(JsonObject address) {
    var seed = Ports.HOST + ":" + address.getInteger("port");
    return BareBus.start(
            address.getString("cluster"), Ports.free(), List.of(seed), BareBus.loops(loops))
        .compose(vertx -> vertx.deployVerticle(caller))
        .mapEmpty();
  }

  @Override
  public void call(Say request, Done done) {
    caller
        .vertx()
        .eventBus()
        .<Buffer>request(BareBus.ECHO, BodyCodec.request(request))
        .onComplete(
            (reply, failure) -> {
              if (failure == null) {
                BodyCodec.finish(reply.body(), done);
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
