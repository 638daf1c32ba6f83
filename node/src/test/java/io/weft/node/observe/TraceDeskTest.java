package io.weft.node.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.weft.mesh.MeshFailure.Application;
import io.weft.mesh.TraceContext;
import io.weft.mesh.telemetry.Outcome;
import io.weft.mesh.telemetry.Span;
import io.weft.mesh.telemetry.Spans;
import io.weft.mesh.time.VirtualTime;
import io.weft.node.observe.NodeTraces.Asked;
import io.weft.node.observe.NodeTraces.Line;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a node answers when it is asked for traces. */
class TraceDeskTest {
  private static final String ID = "0af7651916cd43dd8448eb211c80319c";

  private final VirtualTime time = new VirtualTime(1);
  private final Spans spans = new Spans("n1", time, time);
  private final TraceDesk desk = new TraceDesk(spans.store());

  @BeforeEach
  void keepSome() {
    var trace = TraceContext.parse("00-" + ID + "-b7ad6b7169203331-01");
    spans.add(
        trace,
        2,
        1,
        Span.Kind.SERVER,
        "users.get",
        "users",
        Outcome.UNKNOWN,
        "it broke",
        7_000,
        Map.of("instance", "users-1"));
  }

  @Test
  void aListIsOfAllUnlessItIsSaidOfWhich() {
    assertEquals(ID, desk.answer(asked(null)).result().traces().get(0).trace());
    assertEquals(
        List.of(), desk.answer(new Asked(null, null, null, "orders.get", null)).result().traces());
    assertEquals(
        1, desk.answer(new Asked(null, 1, null, "users.get", true)).result().traces().size());
    assertEquals(List.of(), desk.answer(new Asked(null, null, 1L, null, null)).result().traces());
  }

  @Test
  void oneTraceIsToldSpanBySpan() {
    assertEquals(
        List.of(
            new Line(
                "0000000000000002",
                "0000000000000001",
                "users.get",
                "SERVER",
                "n1",
                "users",
                Instant.EPOCH.minusNanos(7_000),
                7,
                "Unknown",
                "it broke",
                Map.of("instance", "users-1"))),
        desk.answer(asked(ID)).result().spans());
    assertEquals(List.of(), desk.answer(asked("0".repeat(32))).result().spans());
  }

  @Test
  void whatIsNoTraceAndWhatIsTooMuchIsRefused() {
    for (var wrong : List.of(asked("x"), asked(""), new Asked(null, 100_000, null, null, null))) {
      var failure = assertInstanceOf(Application.class, desk.answer(wrong).cause());
      assertEquals("request.invalid", failure.code());
    }
  }

  private static Asked asked(String trace) {
    return new Asked(trace, null, null, null, null);
  }
}
