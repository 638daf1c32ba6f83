package io.weft.ledger;

import io.weft.mesh.Event;
import io.weft.mesh.TraceContext;
import io.weft.mesh.telemetry.Outcome;
import io.weft.mesh.telemetry.Span;
import io.weft.mesh.telemetry.SpanSink;
import io.weft.mesh.time.Rng;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Tells of events that were applied as spans in the traces in which they happened; or else, as far
 * as their ids are UUIDs, in those of the things that they are about.
 */
final class EventSpans {
  private static final int UUID_CHARS = 36;

  private final SpanSink spans;
  private final Rng rng;
  private final String consumer;

  EventSpans(SpanSink spans, Rng rng, String consumer) {
    this.spans = spans;
    this.rng = rng;
    this.consumer = consumer;
  }

  /**
   * Tells of events that were applied, or not, in one transaction.
   *
   * @param nanos how long that took
   * @param failure why they were not, or null
   */
  void applied(List<Event> events, long nanos, @Nullable Throwable failure) {
    var outcome = Outcome.of(failure);
    for (var event : events) {
      var cause = causeOf(event);
      var trace = cause == null ? traceOf(event.aggregate()) : cause.child(rng);
      if (trace != null && spans.wants(trace, outcome, nanos)) {
        spans.add(
            trace,
            trace.span(),
            cause == null ? 0 : cause.span(),
            Span.Kind.INTERNAL,
            "apply " + event.topic(),
            consumer,
            outcome,
            failure == null ? null : failure.getMessage(),
            nanos,
            Map.of("aggregate", event.aggregate(), "position", Long.toString(event.position())));
      }
    }
  }

  private static @Nullable TraceContext causeOf(Event event) {
    return event.trace() == null ? null : TraceContext.parse(event.trace());
  }

  private @Nullable TraceContext traceOf(String aggregate) {
    if (aggregate.length() != UUID_CHARS) {
      return null;
    }
    try {
      return TraceContext.of(UUID.fromString(aggregate), false, rng);
    } catch (IllegalArgumentException e) {
      return null; // Of another form: then its events are in no trace.
    }
  }
}
