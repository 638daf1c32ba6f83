package io.weft.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.buffer.Buffer;
import io.weft.mesh.Event;
import io.weft.mesh.MeshFailure.Unknown;
import io.weft.mesh.TraceContext;
import io.weft.mesh.telemetry.Outcome;
import io.weft.mesh.telemetry.Span;
import io.weft.mesh.telemetry.Spans;
import io.weft.mesh.time.Rng;
import io.weft.mesh.time.VirtualTime;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Where the events that were applied are found among the traces. */
class EventSpansTest {
  private static final UUID ORDER = UUID.fromString("0af76519-16cd-43dd-8448-eb211c80319c");

  private final VirtualTime time = new VirtualTime(1);
  private final Spans spans = new Spans("n1", time, time);
  private final EventSpans told = new EventSpans(spans, Rng.seeded(1), "summaries");

  @Test
  void anEventIsASpanInTheTraceOfWhatItIsAbout() {
    spans.sample(1);
    told.applied(List.of(event(ORDER.toString())), 5_000, null);

    var span = kept().get(0);
    assertEquals("apply things.changed", span.name());
    assertEquals(Span.Kind.INTERNAL, span.kind());
    assertEquals("summaries", span.service());
    assertEquals("7", span.attributes().get("position"));
  }

  @Test
  void anEventThatCannotBeAppliedIsKeptInAnyCase() {
    spans.sample(0);
    told.applied(List.of(event(ORDER.toString())), 5_000, null);
    assertEquals(List.of(), kept());

    told.applied(List.of(event(ORDER.toString())), 0, new Unknown("no"));
    assertEquals(Outcome.UNKNOWN, kept().get(0).outcome());
  }

  @Test
  void anEventOfAThingWithAnotherKindOfIdIsInNoTrace() {
    spans.sample(1);
    told.applied(List.of(event("a"), event("x".repeat(36))), 5_000, null);

    assertEquals(0, spans.taken());
  }

  @Test
  void anEventGoesOnInTheTraceInWhichItHappened() {
    var cause = TraceContext.of(ORDER, true, Rng.seeded(2));
    var event =
        new Event(7, "t.t", "any", "u", Instant.EPOCH, Buffer.buffer("{}"), cause.traceparent());
    told.applied(List.of(event), 5_000, null);

    assertEquals(cause.span(), kept().get(0).parent());
  }

  private List<Span> kept() {
    return spans
        .store()
        .trace(ORDER.getMostSignificantBits(), ORDER.getLeastSignificantBits())
        .spans();
  }

  private static Event event(String aggregate) {
    return new Event(7, "things.changed", aggregate, "u", Instant.EPOCH, Buffer.buffer("{}"));
  }
}
