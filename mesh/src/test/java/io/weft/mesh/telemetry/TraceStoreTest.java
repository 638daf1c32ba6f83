package io.weft.mesh.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.weft.mesh.MeshLimits;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The traces that a node keeps, and what is told of them. */
class TraceStoreTest {
  private static final long MILLI = 1_000_000;

  private final TraceStore store = new TraceStore();

  @Test
  void theSpansOfATraceAreToldByTheirBeginning() {
    store.add(span(7, 2, "users.get", 30, 5 * MILLI, Outcome.OK), false);
    store.add(span(7, 1, "POST /v1/orders", 10, 40 * MILLI, Outcome.OK), false);
    store.add(span(8, 3, "users.get", 20, MILLI, Outcome.OK), false);

    assertEquals(
        List.of("POST /v1/orders", "users.get"),
        store.trace(0, 7).spans().stream().map(Span::name).toList());
    assertEquals(List.of(), store.trace(0, 9).spans());
  }

  @Test
  void aTraceInShortIsNamedByItsRootAndAsLongAsItsLongestSpan() {
    store.add(span(7, 2, "users.get", 5, 5 * MILLI, Outcome.UNKNOWN), false);
    store.add(root(7, 1, "POST /v1/orders", 10, 40 * MILLI), false);

    var told = list("", 0, false).get(0);
    assertEquals("POST /v1/orders", told.root());
    assertEquals(40_000, told.micros());
    assertEquals(2, told.spans());
    assertTrue(told.failed());
    assertEquals(List.of("orders"), told.services());
  }

  @Test
  void manyGoodTracesPushOutNeitherSlowNorFailedOnes() {
    store.add(span(1, 1, "a.b", 1, MILLI, Outcome.UNKNOWN), false);
    store.add(span(2, 1, "a.b", 2, 900 * MILLI, Outcome.OK), true);
    for (int i = 0; i < 2 * MeshLimits.TRACES_KEPT; i++) {
      store.add(span(100 + i, 1, "a.b", 3 + i, MILLI, Outcome.OK), false);
    }

    assertEquals(MeshLimits.TRACES_KEPT + 2, store.size());
    assertEquals(1, list("", 0, true).size());
    assertEquals(1, list("", 899, false).size());
    assertEquals(List.of(), store.trace(0, 100).spans());
  }

  @Test
  void aTraceWhoseLaterSpanFailsIsKeptAsAFailedOneWithAllItsSpans() {
    store.add(span(1, 1, "a.b", 1, MILLI, Outcome.OK), false);
    store.add(span(1, 2, "c.d", 2, MILLI, Outcome.REJECTED), false);
    for (int i = 0; i < 2 * MeshLimits.TRACES_KEPT; i++) {
      store.add(span(100 + i, 1, "a.b", 3 + i, MILLI, Outcome.OK), false);
    }

    assertEquals(2, store.trace(0, 1).spans().size());
  }

  @Test
  void ofATraceWithoutEndOnlySoManySpansAreKeptAndTheRestIsCounted() {
    for (int i = 0; i < MeshLimits.TRACE_SPANS_MAX + 7; i++) {
      store.add(span(1, i + 1, "a.b", i, MILLI, Outcome.OK), false);
    }

    assertEquals(MeshLimits.TRACE_SPANS_MAX, store.trace(0, 1).spans().size());
    assertEquals(7, store.trace(0, 1).leftOut());
    assertEquals(MeshLimits.TRACE_SPANS_MAX + 7, list("", 0, false).get(0).spans());
  }

  @Test
  void ofAllTracesTogetherOnlySoManySpansAreKeptAndFailedOnesGoLast() {
    store.add(span(1, 1, "a.b", 1, MILLI, Outcome.UNKNOWN), false);
    int traces = MeshLimits.SPANS_KEPT_MAX / MeshLimits.TRACE_SPANS_MAX + 10;
    for (int i = 0; i < traces; i++) {
      for (int s = 0; s < MeshLimits.TRACE_SPANS_MAX; s++) {
        store.add(span(100 + i, s + 1, "a.b", 3 + i, MILLI, Outcome.OK), false);
      }
    }

    int kept = 0;
    for (int i = 0; i < traces; i++) {
      kept += store.trace(0, 100 + i).spans().size();
    }
    assertTrue(kept < MeshLimits.SPANS_KEPT_MAX, "too many");
    assertTrue(kept >= MeshLimits.SPANS_KEPT_MAX - 2 * MeshLimits.TRACE_SPANS_MAX, "too few");
    assertEquals(1, store.trace(0, 1).spans().size());
    assertEquals(MeshLimits.TRACE_SPANS_MAX, store.trace(0, 100 + traces - 1).spans().size());
  }

  @Test
  void theListIsOfTheLatestThatAreAskedForAndNoMoreThanThat() {
    for (int i = 0; i < 10; i++) {
      store.add(span(i, 1, i % 2 == 0 ? "a.b" : "c.d", i, MILLI, Outcome.OK), false);
    }

    var told = store.list(new TraceQuestion(3, 0, "c.d", false));
    assertEquals(List.of(id(9), id(7), id(5)), told.stream().map(TraceSummary::trace).toList());
  }

  @Test
  void aQuestionThatMakesNoSenseIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> new TraceQuestion(0, 0, "", false));
    assertThrows(
        IllegalArgumentException.class,
        () -> new TraceQuestion(MeshLimits.TRACES_KEPT + 1, 0, "", false));
    assertThrows(IllegalArgumentException.class, () -> new TraceQuestion(1, -1, "", false));
  }

  @Test
  void whatNodesKnowOfOneTraceIsAddedUpAndNamedByWhoSawMostOfIt() {
    var at = Instant.EPOCH;
    var gateway = new TraceSummary(id(1), at, "POST /v1/orders", 900, 3, false, List.of("routing"));
    var users =
        new TraceSummary(id(1), at.plusMillis(1), "users.get", 200, 2, true, List.of("users"));
    var other = new TraceSummary(id(2), at.plusMillis(2), "x", 1, 1, false, List.of("x"));

    var merged = TraceSummary.merged(List.of(users, gateway, other), 10);

    assertEquals(List.of(id(2), id(1)), merged.stream().map(TraceSummary::trace).toList());
    assertEquals(
        new TraceSummary(id(1), at, "POST /v1/orders", 900, 5, true, List.of("routing", "users")),
        merged.get(1));
    assertEquals(1, TraceSummary.merged(List.of(users, gateway, other), 1).size());
  }

  private List<TraceSummary> list(String operation, long slowerThanMillis, boolean failed) {
    return store.list(new TraceQuestion(100, slowerThanMillis, operation, failed));
  }

  private static String id(long low) {
    return "%032x".formatted(low);
  }

  private static Span root(long trace, long span, String name, long atMillis, long nanos) {
    return span(trace, span, 0, name, atMillis, nanos, Outcome.OK);
  }

  private static Span span(
      long trace, long span, String name, long atMillis, long nanos, Outcome outcome) {
    return span(trace, span, 99, name, atMillis, nanos, outcome);
  }

  private static Span span(
      long trace, long span, long parent, String name, long atMillis, long nanos, Outcome outcome) {
    return new Span(
        0,
        trace,
        span,
        parent,
        Span.Kind.SERVER,
        name,
        "orders",
        "n1",
        Instant.ofEpochMilli(atMillis),
        nanos,
        outcome,
        null,
        Map.of());
  }
}
