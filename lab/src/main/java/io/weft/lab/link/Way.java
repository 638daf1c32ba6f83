package io.weft.lab.link;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.weft.lab.Said;
import io.weft.lab.Say;
import io.weft.lab.call.Caller;
import io.weft.mesh.Codec;
import io.weft.mesh.wire.JsonCodec;
import java.util.function.Function;

/**
 * One way to the other site: everything that is asked is written as JSON here and read there, and
 * its answer the other way round.
 */
final class Way implements Caller {
  private static final Codec<Say> SAY = JsonCodec.of(Say.class);
  private static final Codec<Said> SAID = JsonCodec.of(Said.class);

  private final String name;
  private final Context context;
  private final Function<Buffer, Future<Buffer>> asks;

  /**
   * Creates a way.
   *
   * @param context on whose event loop calls are made
   * @param asks takes a request to the other side, on that event loop, where the answer comes too
   */
  Way(String name, Context context, Function<Buffer, Future<Buffer>> asks) {
    this.name = name;
    this.context = context;
    this.asks = asks;
  }

  /** Returns the answer of the other side to a request. */
  static Buffer answer(Buffer request) {
    return SAID.encode(Said.to(SAY.decode(request)));
  }

  String name() {
    return name;
  }

  @Override
  public void call(Say request, Done done) {
    asks.apply(SAY.encode(request))
        .map(SAID::decode)
        .onComplete((reply, failure) -> done.done(reply, failure));
  }

  @Override
  public void execute(Runnable task) {
    context.runOnContext(go -> task.run());
  }
}
