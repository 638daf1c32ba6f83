package io.weft.mesh.client;

import io.vertx.core.Future;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.Step;
import io.weft.mesh.telemetry.Explanation;
import io.weft.mesh.telemetry.Explanations;
import io.weft.mesh.time.Time;

/** Keeps how those calls are made that ask for it; to the others it is nothing. */
final class Explaining implements Step {
  private final Time time;
  private final Explanations explanations;
  private final Step next;

  Explaining(Time time, Explanations explanations, Step next) {
    this.time = time;
    this.explanations = explanations;
    this.next = next;
  }

  @Override
  public Future<Reply> take(Request request) {
    if (!request.origin().explain()) {
      return next.take(request);
    }
    var explanation = new Explanation(time.ticker(), time.wall().now(), request);
    explanations.add(explanation);
    return next.take(request.explained(explanation))
        .onComplete((reply, failure) -> explanation.ended(failure));
  }
}
