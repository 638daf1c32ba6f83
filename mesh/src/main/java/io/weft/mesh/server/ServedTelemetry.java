package io.weft.mesh.server;

import io.vertx.core.Future;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.Step;
import io.weft.mesh.telemetry.Telemetry;
import io.weft.mesh.time.Ticker;

/** Tells the outcome and the latency of each request that arrived. */
final class ServedTelemetry implements Step {
  private final Telemetry telemetry;
  private final Ticker ticker;
  private final Step next;

  ServedTelemetry(Telemetry telemetry, Ticker ticker, Step next) {
    this.telemetry = telemetry;
    this.ticker = ticker;
    this.next = next;
  }

  @Override
  public Future<Reply> take(Request request) {
    long startNanos = ticker.nanos();
    return next.take(request)
        .onComplete(
            (reply, failure) ->
                telemetry.served(
                    request.operation(),
                    failure == null ? Telemetry.OK : Telemetry.outcome(failure),
                    ticker.nanos() - startNanos));
  }
}
