package io.weft.mesh.server;

import io.vertx.core.Future;
import io.weft.mesh.MeshFailure.Expired;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.Step;
import org.jspecify.annotations.Nullable;

/**
 * Runs no handler for a request whose deadline has passed, or that nobody waits for any more.
 *
 * <p>What passed it may grow useless still, while it waits for the handler's own thread; so whoever
 * makes a request wait asks again.
 */
public final class DeadlineGate implements Step {
  private final Step next;

  DeadlineGate(Step next) {
    this.next = next;
  }

  @Override
  public Future<Reply> take(Request request) {
    var useless = useless(request);
    return useless == null ? next.take(request) : Future.failedFuture(useless);
  }

  /** Returns why a request is of no use any more, or null while it is. */
  public static @Nullable Expired useless(Request request) {
    if (request.deadline().expired()) {
      return new Expired("the deadline of " + request.operation() + " passed before it ran");
    }
    if (request.cancellation().cancelled()) {
      return new Expired(request.operation() + " was cancelled before it ran");
    }
    return null;
  }
}
