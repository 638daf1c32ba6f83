package io.weft.mesh.bus;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.weft.mesh.MeshLimits;
import io.weft.mesh.time.VirtualTime;
import org.junit.jupiter.api.Test;

/** When callers are told of a load. */
class ToldLoadsTest {
  private final VirtualTime time = new VirtualTime(1);
  private final ToldLoads told = new ToldLoads();

  @Test
  void nothingIsToldOfAnInstanceThatHasLittleToDo() {
    assertFalse(told.isNews("a", 0.1, time));
  }

  @Test
  void aNotableChangeIsToldOnceInBothDirections() {
    assertTrue(told.isNews("a", 0.5, time));
    assertFalse(told.isNews("a", 0.5, time));
    assertFalse(told.isNews("a", 0.6, time));
    assertTrue(told.isNews("a", 0.7, time));
    assertTrue(told.isNews("a", 0, time));
    assertFalse(told.isNews("a", 0, time));
  }

  @Test
  void aLoadThatStaysIsToldAgainBeforeItGrowsOldAndIdlenessIsNot() {
    told.isNews("a", 0.5, time);
    told.isNews("b", 0.5, time);
    told.isNews("b", 0, time);
    time.advance(MeshLimits.LOAD_TELL_INTERVAL);

    assertTrue(told.isNews("a", 0.5, time));
    assertFalse(told.isNews("b", 0, time));
  }

  @Test
  void whatWasToldOfManyIsForgottenAndToldAgain() {
    assertTrue(told.isNews("a", 0.5, time));
    for (int i = 0; i < MeshLimits.LOADS_TOLD_MAX; i++) {
      assertTrue(told.isNews("b" + i, 0.5, time));
    }
    assertTrue(told.isNews("a", 0.5, time));
  }
}
