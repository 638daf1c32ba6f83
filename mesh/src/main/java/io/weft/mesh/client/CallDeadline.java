package io.weft.mesh.client;

import io.vertx.core.Future;
import io.weft.mesh.MeshFailure.Expired;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.Step;

/** Lets no call begin whose deadline has passed, or that nobody waits for any more. */
final class CallDeadline implements Step {
  private final Step next;

  CallDeadline(Step next) {
    this.next = next;
  }

  @Override
  public Future<Reply> take(Request request) {
    if (request.deadline().expired()) {
      return Future.failedFuture(
          new Expired("the deadline of " + request.operation() + " passed before it was sent"));
    }
    if (request.cancellation().cancelled()) {
      return Future.failedFuture(
          new Expired(request.operation() + " was cancelled before it was sent"));
    }
    return next.take(request);
  }
}
