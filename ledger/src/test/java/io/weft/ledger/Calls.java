package io.weft.ledger;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.VertxInternal;
import io.weft.mesh.Call;
import io.weft.mesh.Cancellation;
import io.weft.mesh.Deadline;
import io.weft.mesh.Operation;
import io.weft.mesh.Origin;
import io.weft.mesh.Payload;
import io.weft.mesh.Request;
import io.weft.mesh.TraceContext;
import io.weft.mesh.policy.Policy;
import io.weft.mesh.time.Ticker;
import java.time.Duration;
import java.util.function.Supplier;

/** Work that is done as while a call with a deadline is served. */
record Calls(Vertx vertx) {
  <T> Future<T> serving(Duration remaining, Supplier<Future<T>> handler) {
    var context = ((VertxInternal) vertx).createEventLoopContext().duplicate();
    var call =
        new Call(
            new Request(
                "things.do",
                Operation.Kind.COMMAND,
                Payload.of(Buffer.buffer()),
                Deadline.after(Ticker.system(), remaining),
                "key",
                Origin.of(TraceContext.NONE, "test"),
                null,
                Cancellation.NEVER,
                Policy.DEFAULT));
    call.bindTo(context);
    Promise<T> promise = Promise.promise();
    context.runOnContext(v -> handler.get().onComplete(promise));
    return promise.future();
  }
}
