package io.weft.mesh.client;

import io.vertx.core.Future;
import io.weft.mesh.MeshFailure.Expired;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.Step;

/** Lets no call begin whose deadline has passed. */
final class CallDeadline implements Step {
  private final Step next;

  CallDeadline(Step next) {
    this.next = next;
  }

  @Override
  public Future<Reply> take(Request request) {
    return request.deadline().expired()
        ? Future.failedFuture(
            new Expired("the deadline of " + request.operation() + " passed before it was sent"))
        : next.take(request);
  }
}
