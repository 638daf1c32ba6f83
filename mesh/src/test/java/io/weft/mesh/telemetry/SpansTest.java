package io.weft.mesh.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.weft.mesh.MeshLimits;
import io.weft.mesh.TraceContext;
import io.weft.mesh.time.Rng;
import io.weft.mesh.time.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which spans a node keeps. */
class SpansTest {
  private static final long FAST = 1_000;
  private static final long SLOW = MeshLimits.TRACES_SLOW.toNanos();

  private final VirtualTime time = new VirtualTime(1);
  private final Rng rng = Rng.seeded(1);
  private final Spans spans = new Spans("n1", time, time);

  @Test
  void oneTraceInSoManyIsKeptAndEveryNodeKeepsTheSame() {
    var other = new Spans("n2", time, time);
    spans.sample(10);
    other.sample(10);
    int kept = 0;
    for (int i = 0; i < 10_000; i++) {
      time.advance(Duration.ofMillis(10)); // Or there would be too many in one second.
      var trace = TraceContext.begin(rng);
      boolean wanted = spans.wants(trace, Outcome.OK, FAST);
      assertEquals(wanted, other.wants(trace.child(rng), Outcome.OK, FAST));
      assertEquals(wanted, spans.samples(trace));
      kept += wanted ? 1 : 0;
    }
    assertEquals(1_000.0, (double) kept, 100.0);
  }

  @Test
  void slowAndFailedSpansAreKeptInAnyCaseAndAnAnswerOfTheApplicationIsNoFailure() {
    spans.sample(0);
    var trace = TraceContext.begin(rng);

    assertFalse(spans.wants(trace, Outcome.OK, SLOW - 1));
    assertTrue(spans.wants(trace, Outcome.OK, SLOW));
    assertFalse(spans.wants(trace, Outcome.APPLICATION, FAST));
    for (var failed :
        List.of(Outcome.NOT_SENT, Outcome.REJECTED, Outcome.EXPIRED, Outcome.UNKNOWN)) {
      assertTrue(spans.wants(trace, failed, FAST), failed.label());
    }
    spans.slow(Duration.ofSeconds(5));
    assertFalse(spans.wants(trace, Outcome.OK, SLOW));
  }

  @Test
  void aTraceThatAClientWantsKeptIsKept() {
    spans.sample(0);
    var flagged = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0";

    assertTrue(spans.wants(TraceContext.parse(flagged + "1"), Outcome.OK, FAST));
    assertFalse(spans.wants(TraceContext.parse(flagged + "0"), Outcome.OK, FAST));
  }

  @Test
  void whatIsInNoTraceIsNoSpan() {
    assertFalse(spans.wants(TraceContext.NONE, Outcome.UNKNOWN, SLOW));
  }

  @Test
  void aSpanBeganAsLongBeforeItsEndAsItTook() {
    time.advance(Duration.ofSeconds(10));
    tell(TraceContext.begin(rng), Duration.ofSeconds(4).toNanos());

    var kept = spans.store().list(new TraceQuestion(10, 0, "", false));
    assertEquals(Instant.EPOCH.plusSeconds(6), kept.get(0).at());
    assertEquals(4_000_000, kept.get(0).micros());
  }

  @Test
  void pastTheLimitOfASecondSpansAreDroppedAndCounted() {
    spans.sample(1);
    var exported = new ArrayList<Span>();
    spans.export(exported::add);
    for (int i = 0; i < MeshLimits.SPANS_PER_SECOND + 5; i++) {
      tell(TraceContext.begin(rng), FAST);
    }
    assertEquals(MeshLimits.SPANS_PER_SECOND, spans.taken());
    assertEquals(5, spans.dropped());
    assertEquals(MeshLimits.SPANS_PER_SECOND, exported.size());

    time.advance(Duration.ofSeconds(1));
    tell(TraceContext.begin(rng), FAST);
    assertEquals(5, spans.dropped());
  }

  private void tell(TraceContext trace, long nanos) {
    if (!spans.wants(trace, Outcome.OK, nanos)) {
      return;
    }
    spans.add(
        trace,
        trace.span(),
        0,
        Span.Kind.CLIENT,
        "users.get",
        "orders",
        Outcome.OK,
        null,
        nanos,
        Map.of());
  }
}
