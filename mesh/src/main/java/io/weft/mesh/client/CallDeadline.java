package io.weft.mesh.client;

import io.vertx.core.Future;
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
    var useless = request.useless("it was sent");
    return useless == null ? next.take(request) : Future.failedFuture(useless);
  }
}
