package io.weft.node.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.weft.mesh.policy.PolicyStand;
import io.weft.mesh.policy.Stands.Known;
import java.util.List;
import org.junit.jupiter.api.Test;

class BehindTest {
  private static Known node(String name, long epoch, boolean lost) {
    return new Known(name, new PolicyStand(epoch, "d", null), lost);
  }

  private static final PolicyStand THREE = new PolicyStand(3, "d", null);
  private static final Known SELF = new Known("n1", THREE, false);

  @Test
  void whoGoesByWhatAllOthersGoByIsNotBehind() {
    assertNull(Behind.of("n1", THREE, List.of(SELF)));
    assertNull(Behind.of("n1", THREE, List.of(SELF, node("n2", 3, false), node("n3", 2, false))));
  }

  @Test
  void whoHearsOfANewerEpochIsBehind() {
    assertEquals(
        "epoch 3, site has 5", Behind.of("n1", THREE, List.of(SELF, node("n2", 5, false))));
  }

  @Test
  void whoCannotReadANewerEpochSaysWhy() {
    assertEquals(
        "epoch 3, as it cannot read a newer one: epoch 4: line 1",
        Behind.of("n1", new PolicyStand(3, "d", "epoch 4: line 1"), List.of(SELF)));
  }

  @Test
  void whoHasLostMoreNodesThanItHearsOfMayBeBehind() {
    assertEquals(
        "epoch 3, and perhaps behind: it does not hear of n2, n3",
        Behind.of("n1", THREE, List.of(SELF, node("n2", 3, true), node("n3", 3, true))));
    assertNull(Behind.of("n1", THREE, List.of(SELF, node("n2", 3, false), node("n3", 3, true))));
  }
}
