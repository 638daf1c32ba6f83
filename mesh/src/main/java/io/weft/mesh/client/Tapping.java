package io.weft.mesh.client;

import io.vertx.core.Future;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.Step;
import io.weft.mesh.telemetry.Taps;
import io.weft.mesh.time.Ticker;

/** Tells of calls to whoever looks on; while nobody does it is one read. */
final class Tapping implements Step {
  private final Ticker ticker;
  private final Taps taps;
  private final Step next;

  Tapping(Ticker ticker, Taps taps, Step next) {
    this.ticker = ticker;
    this.taps = taps;
    this.next = next;
  }

  @Override
  public Future<Reply> take(Request request) {
    return taps.open() ? tapped(request) : next.take(request);
  }

  private Future<Reply> tapped(Request request) {
    var attempted = new Taps.Attempted();
    long startNanos = ticker.nanos();
    return next.take(request.tapped(attempted))
        .onComplete(
            (reply, failure) ->
                taps.ended(request, attempted, failure, ticker.nanos() - startNanos));
  }
}
