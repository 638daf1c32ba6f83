package io.weft.mesh.server;

import io.vertx.core.Future;
import io.weft.mesh.MeshFailure.Expired;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.Step;

/** Runs no handler for a request whose deadline has passed, or that nobody waits for any more. */
final class DeadlineGate implements Step {
  private final Step next;

  DeadlineGate(Step next) {
    this.next = next;
  }

  @Override
  public Future<Reply> take(Request request) {
    if (request.deadline().expired()) {
      return Future.failedFuture(
          new Expired("the deadline of " + request.operation() + " passed before it ran"));
    }
    if (request.cancellation().cancelled()) {
      return Future.failedFuture(new Expired(request.operation() + " was cancelled before it ran"));
    }
    return next.take(request);
  }
}
