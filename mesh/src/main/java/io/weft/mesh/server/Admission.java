package io.weft.mesh.server;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.weft.mesh.MeshFailure.Rejected;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.Step;

/**
 * Decides whether an instance takes a request on: not beyond its limit, and none once it drains.
 *
 * <p>For the instance's event loop.
 */
public final class Admission {
  private final int runningMax;
  private final Promise<Void> drained = Promise.promise();
  private boolean draining;
  private int running;

  /**
   * Creates the admission of an instance that runs nothing.
   *
   * @param runningMax how many requests run at a time, at least 1
   */
  public Admission(int runningMax) {
    this.runningMax = runningMax;
  }

  /** Passes a request on, or refuses it. */
  Future<Reply> admit(Step next, Request request) {
    if (draining) {
      return refuse(Rejected.Reason.DRAINING, "the instance is stopping");
    }
    if (running >= runningMax) {
      return refuse(
          Rejected.Reason.OVERLOADED, running + " calls are running (limit: " + runningMax + ")");
    }
    running++;
    return next.take(request).onComplete(done -> finished());
  }

  /**
   * Refuses everything from now on.
   *
   * @return completes when nothing runs any more
   */
  public Future<Void> drain() {
    draining = true;
    if (running == 0) {
      drained.tryComplete();
    }
    return drained.future();
  }

  private void finished() {
    running--;
    if (draining && running == 0) {
      drained.tryComplete();
    }
  }

  private static Future<Reply> refuse(Rejected.Reason reason, String message) {
    return Future.failedFuture(new Rejected(reason, message, MeshLimits.RETRY_AFTER));
  }
}
