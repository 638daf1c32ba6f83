package io.weft.mesh.server;

import io.vertx.core.Future;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.Step;

/**
 * Runs no handler for a request whose deadline has passed, or that nobody waits for any more.
 *
 * <p>What passed it may grow useless still, while it waits for the handler's own thread; so whoever
 * makes a request wait asks again.
 */
final class DeadlineGate implements Step {
  private final Step next;

  DeadlineGate(Step next) {
    this.next = next;
  }

  @Override
  public Future<Reply> take(Request request) {
    var useless = request.useless("it ran");
    return useless == null ? next.take(request) : Future.failedFuture(useless);
  }
}
