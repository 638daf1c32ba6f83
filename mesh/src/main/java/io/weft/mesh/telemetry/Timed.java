package io.weft.mesh.telemetry;

import io.vertx.core.Future;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.Step;
import io.weft.mesh.time.Ticker;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A step that tells the outcome and the latency of all that lies below it, and of some the span.
 * For one event loop.
 */
public final class Timed implements Step {
  /** Recorders that are kept; those of further operations are looked up with each request. */
  static final int RECORDERS_MAX = 256;

  private final Ticker ticker;
  private final Function<String, Recorder> recorders;
  private final SpanSink spans;
  private final Step next;
  private final Map<String, Recorder> known = new HashMap<>();

  /**
   * Puts the step above another.
   *
   * @param recorders where to tell, by operation, such as {@link Telemetry#calls}
   */
  public Timed(Ticker ticker, Function<String, Recorder> recorders, Step next) {
    this(ticker, recorders, SpanSink.NONE, next);
  }

  /**
   * Puts the step above another.
   *
   * @param recorders where to tell, by operation, such as {@link Telemetry#calls}
   * @param spans where to tell of calls as spans
   */
  public Timed(Ticker ticker, Function<String, Recorder> recorders, SpanSink spans, Step next) {
    this.ticker = ticker;
    this.recorders = recorders;
    this.spans = spans;
    this.next = next;
  }

  @Override
  public Future<Reply> take(Request request) {
    var recorder = recorder(request.operation());
    long startNanos = ticker.nanos();
    var answer = next.take(request);
    if (answer.isComplete()) {
      ended(request, recorder, answer.cause(), startNanos);
      return answer;
    }
    return answer.onComplete((reply, failure) -> ended(request, recorder, failure, startNanos));
  }

  private void ended(
      Request request, Recorder recorder, @Nullable Throwable failure, long startNanos) {
    long nanos = ticker.nanos() - startNanos;
    var outcome = Outcome.of(failure);
    recorder.record(outcome, nanos);
    var trace = request.trace();
    if (spans.wants(trace, outcome, nanos)) {
      spans.add(
          trace,
          trace.span(),
          request.parentSpan(),
          Span.Kind.CLIENT,
          request.operation(),
          request.caller(),
          outcome,
          failure == null ? null : failure.getMessage(),
          nanos,
          Map.of("attempts", Integer.toString(request.attempts())));
    }
  }

  private Recorder recorder(String operation) {
    var found = known.get(operation);
    if (found != null) {
      return found;
    }
    var recorder = recorders.apply(operation);
    if (known.size() < RECORDERS_MAX) {
      known.put(operation, recorder);
    }
    return recorder;
  }
}
