package io.weft.mesh.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.weft.mesh.MeshFailure;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** The closed list of what can become of a call. */
class OutcomeTest {
  /** A new kind of failure must not vanish among the defects. */
  @Test
  void everyKindOfFailureHasAnOutcomeOfItsOwnName() {
    var labels = Arrays.stream(Outcome.values()).map(Outcome::label).toList();
    for (Class<?> kind : MeshFailure.class.getPermittedSubclasses()) {
      assertTrue(labels.contains(kind.getSimpleName()), kind.getSimpleName());
    }
    assertEquals(
        MeshFailure.class.getPermittedSubclasses().length + 2,
        Arrays.stream(Outcome.values()).count());
  }

  @Test
  void successIsTheAbsenceOfAFailure() {
    assertEquals(Outcome.OK, Outcome.of(null));
    assertEquals("ok", Outcome.OK.label());
    assertEquals(Outcome.OTHER, Outcome.of(new RuntimeException("defect")));
  }
}
