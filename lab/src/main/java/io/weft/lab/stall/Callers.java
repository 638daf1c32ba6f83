package io.weft.lab.stall;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.VertxInternal;
import io.weft.mesh.CallOptions;
import io.weft.mesh.Mesh;
import io.weft.mesh.Operation.Kind;
import io.weft.mesh.time.Ticker;
import io.weft.mesh.wire.JsonCodec;

/** Many callers, each of which calls again as soon as its last call has ended, however it ended. */
final class Callers {
  private final Mesh mesh;
  private final Counts counts;
  private final Ticker ticker = Ticker.system();
  private volatile boolean stopped;

  Callers(Mesh mesh, Counts counts) {
    this.mesh = mesh;
    this.counts = counts;
  }

  void start(Vertx vertx) {
    var small = body(StallLimits.SMALL_BYTES);
    var larger = body(StallLimits.LARGER_BYTES);
    for (int loop = 0; loop < StallLimits.CALLING_LOOPS; loop++) {
      // A context that is made on no event loop's thread is on the next loop.
      var context = ((VertxInternal) vertx).createEventLoopContext();
      for (int i = 0; i < StallLimits.SMALL_CALLERS; i++) {
        context.runOnContext(turn -> call(context, small));
      }
      for (int i = 0; i < StallLimits.LARGER_CALLERS; i++) {
        context.runOnContext(turn -> call(context, larger));
      }
    }
  }

  void stop() {
    stopped = true;
  }

  private static Buffer body(int bytes) {
    return JsonCodec.encode(new Peer.Text("x".repeat(bytes)));
  }

  private void call(Context context, Buffer body) {
    if (stopped) {
      return;
    }
    long startNanos = ticker.nanos();
    mesh.exchange(Peer.ECHO.name(), Kind.QUERY, body, CallOptions.DEFAULT)
        .onComplete(
            (reply, failure) -> {
              counts.ended(failure, ticker.nanos() - startNanos);
              context.runOnContext(turn -> call(context, body));
            });
  }
}
