package io.weft.mesh.server;

import io.vertx.core.Future;
import io.weft.mesh.MeshFailure.Expired;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.Step;

/** Runs no handler for a request whose deadline has passed. */
final class DeadlineGate implements Step {
  private final Step next;

  DeadlineGate(Step next) {
    this.next = next;
  }

  @Override
  public Future<Reply> take(Request request) {
    return request.deadline().expired()
        ? Future.failedFuture(
            new Expired("the deadline of " + request.operation() + " passed before it ran"))
        : next.take(request);
  }
}
