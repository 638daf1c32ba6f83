package io.weft.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.weft.mesh.time.Rng;
import java.util.List;
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
