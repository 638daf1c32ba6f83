package io.weft.sites.reach;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.VertxInternal;
import io.weft.mesh.Cancellation;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.Step;

/**
 * The calls to the other site, for verticles whose event loop is not the link's: from any context,
 * on which the answer comes.
 */
final class Far implements Step {
  private final VertxInternal vertx;
  private final Context home;
  private final Step calls;

  /**
   * Creates the way from any context to the link.
   *
   * @param home a context on the link's event loop
   * @param calls for that event loop
   */
  Far(VertxInternal vertx, Context home, Step calls) {
    this.vertx = vertx;
    this.home = home;
    this.calls = calls;
  }

  @Override
  public Future<Reply> take(Request request) {
    var context = vertx.getOrCreateContext();
    try {
      request.payload().bytes(); // Here, as two threads must not do it at a time.
    } catch (MeshFailure e) {
      return context.failedFuture(e);
    }
    Promise<Reply> answered = context.promise();
    if (request.cancellation() == Cancellation.NEVER) {
      home.runOnContext(there -> calls.take(request).onComplete(answered));
    } else {
      take(request, answered);
    }
    return answered.future();
  }

  /** Whoever gives the call up does so on another event loop. */
  private void take(Request request, Promise<Reply> answered) {
    var given = request.cancellation();
    var own = new Cancellation();
    var unlisten = given.onCancel(() -> home.runOnContext(there -> own.cancel()));
    home.runOnContext(
        there ->
            calls
                .take(request.with(own))
                .onComplete(
                    (reply, failure) -> {
                      unlisten.run();
                      if (failure == null) {
                        answered.complete(reply);
                      } else {
                        answered.fail(failure);
                      }
                    }));
  }
}
