package io.weft.mesh.telemetry;

import io.vertx.core.Future;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.Step;
import io.weft.mesh.time.Ticker;

/** A step that tells the outcome and the latency of all that lies below it. */
public final class Timed implements Step {
  private final Ticker ticker;
  private final Sink sink;
  private final Step next;

  /** Where outcomes are told, such as {@link Telemetry#called}. */
  @FunctionalInterface
  public interface Sink {
    /** Takes note of one request that is done. */
    void done(String operation, String outcome, long nanos);
  }

  /** Puts the step above another. */
  public Timed(Ticker ticker, Sink sink, Step next) {
    this.ticker = ticker;
    this.sink = sink;
    this.next = next;
  }

  @Override
  public Future<Reply> take(Request request) {
    long startNanos = ticker.nanos();
    return next.take(request)
        .onComplete(
            (reply, failure) ->
                sink.done(
                    request.operation(),
                    failure == null ? Telemetry.OK : Telemetry.outcome(failure),
                    ticker.nanos() - startNanos));
  }
}
