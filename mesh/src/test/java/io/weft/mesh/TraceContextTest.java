package io.weft.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.weft.mesh.time.Rng;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Trace contexts as W3C writes them. */
class TraceContextTest {
  @Property(seed = "3")
  void whatBeginsCanBeReadBackAndItsChildrenShareTheTrace(@ForAll long seed) {
    var rng = Rng.seeded(seed);
    var root = TraceContext.begin(rng);
    var child = root.child(rng);

    assertEquals(root, TraceContext.parse(root.traceparent()));
    assertEquals(child, TraceContext.parse(child.traceparent()));
    assertEquals(root.traceId(), child.traceId());
    assertNotEquals(root, child);
  }

  @Test
  void theTextIsTheOneThatWasRead() {
    var text = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";

    assertEquals(text, TraceContext.parse(text).traceparent());
    assertEquals("0af7651916cd43dd8448eb211c80319c", TraceContext.parse(text).traceId());
  }

  @Property(seed = "3")
  void theSpansOfAnAttemptAndOfItsRunAreOthersThanThatOfTheCallAndTheSameForAll(@ForAll long seed) {
    var call = TraceContext.begin(Rng.seeded(seed));
    var read = TraceContext.parse(call.traceparent());

    assertEquals(call.attemptSpan(), read.attemptSpan());
    assertEquals(call.servedSpan(), read.served().span());
    assertEquals(3, Set.of(call.span(), call.attemptSpan(), call.servedSpan()).size());
    assertEquals(call.traceId(), call.served().traceId());
  }

  @Test
  void aTraceIsMarkedToBeKeptOnlyIfSomebodyWantsThat() {
    var begun = TraceContext.begin(Rng.seeded(1));

    assertFalse(begun.sampled());
    assertTrue(begun.asSampled().sampled());
    assertTrue(begun.asSampled().child(Rng.seeded(2)).sampled());
    assertTrue(begun.asSampled().traceparent().endsWith("-01"));
  }

  @Test
  void theTraceOfAThingHasItsId() {
    var id = UUID.fromString("0af76519-16cd-43dd-8448-eb211c80319c");

    var trace = TraceContext.of(id, true, Rng.seeded(1));
    assertEquals("0af7651916cd43dd8448eb211c80319c", trace.traceId());
    assertTrue(trace.present());
    assertTrue(trace.sampled());
    assertFalse(TraceContext.of(id, false, Rng.seeded(1)).sampled());
  }

  @Test
  void theChildOfNoTraceBeginsOne() {
    assertFalse(TraceContext.NONE.present());
    assertTrue(TraceContext.NONE.child(Rng.seeded(1)).present());
  }

  @Test
  void whatIsNotATraceContextIsNotRead() {
    for (var text :
        List.of(
            "",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x")) {
      assertNull(TraceContext.parse(text), text);
    }
  }
}
