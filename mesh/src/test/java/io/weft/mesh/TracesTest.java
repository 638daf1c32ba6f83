package io.weft.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.weft.mesh.time.Rng;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Trace contexts as W3C writes them. */
class TracesTest {
  @Property(seed = "3")
  void whatBeginsIsValidAndItsChildrenShareTheTrace(@ForAll long seed) {
    var rng = Rng.seeded(seed);
    var root = Traces.begin(rng);
    var child = Traces.child(root, rng);

    assertTrue(Traces.valid(root), root);
    assertTrue(Traces.valid(child), child);
    assertEquals(Traces.traceId(root), Traces.traceId(child));
    assertNotEquals(root, child);
  }

  @Test
  void whatIsNotATraceContextIsNotValid() {
    for (var text :
        List.of(
            "",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x")) {
      assertFalse(Traces.valid(text), text);
    }
  }
}
