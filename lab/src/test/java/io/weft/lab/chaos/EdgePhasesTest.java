package io.weft.lab.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.weft.lab.chaos.EdgePhases.Phase;
import io.weft.mesh.time.VirtualTime;
import org.junit.jupiter.api.Test;

/** When an edge counts as linked, and when as cut off. */
class EdgePhasesTest {
  private final VirtualTime time = new VirtualTime(1);
  private final EdgePhases phases = new EdgePhases(time);

  @Test
  void anEdgeIsLinkedOnlyOnceItHasHadTimeToConnect() {
    assertEquals(Phase.BETWEEN, phases.now());

    time.advance(ChaosLimits.SITE_LINKED_AFTER);

    assertEquals(Phase.LINKED, phases.now());
  }

  @Test
  void aCutCountsAtOnceAndHealingOnlyLater() {
    time.advance(ChaosLimits.SITE_LINKED_AFTER);

    phases.cut();
    assertEquals(Phase.CUT_OFF, phases.now());

    phases.healed();
    assertEquals(Phase.BETWEEN, phases.now());
    time.advance(ChaosLimits.SITE_LINKED_AFTER);
    assertEquals(Phase.LINKED, phases.now());
  }

  @Test
  void besideNodesThatStartNothingCounts() {
    time.advance(ChaosLimits.SITE_LINKED_AFTER);
    phases.cut();

    phases.disturbed(true);
    time.advance(ChaosLimits.SITE_LINKED_AFTER);
    assertEquals(Phase.BETWEEN, phases.now());

    phases.disturbed(false);
    assertEquals(Phase.BETWEEN, phases.now());
    phases.disturbed(false); // Said again, it does not begin anew.
    time.advance(ChaosLimits.SITE_STARTED_AFTER);
    assertEquals(Phase.CUT_OFF, phases.now());
  }
}
