package io.weft.node.scale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.weft.mesh.policy.Epochs;
import io.weft.mesh.policy.PolicyDocument;
import io.weft.mesh.policy.PolicyException;
import io.weft.mesh.time.VirtualTime;
import io.weft.node.scale.DesiredCounts.Count;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The desired counts of several nodes, on one board. */
class CountsDeskTest {
  private final VirtualTime time = new VirtualTime(1);
  private final MemoryBoard board = new MemoryBoard();
  private final List<PolicyDocument> kept = new ArrayList<>();

  private CountsDesk desk(String node) {
    var desk =
        new CountsDesk(
            (archive, reader, taken) ->
                new Epochs<>(
                    node,
                    "desired counts",
                    board,
                    archive,
                    reader,
                    taken,
                    time.time(),
                    Runnable::run),
            document -> {
              kept.add(document);
              return Future.succeededFuture();
            });
    assertTrue(desk.open(List.copyOf(kept)).succeeded());
    return desk;
  }

  @Test
  void aChangeIsKnownToAllAndKept() {
    var one = desk("n1");
    var two = desk("n2");
    var done = one.change(counts -> counts.with("users", 3, "because"), null);
    assertTrue(done.succeeded());
    assertEquals(1, done.result().epoch());
    assertEquals(one.standing(), two.standing());
    assertEquals(Count.of(3), two.standing().counts().services().get("users"));
    board.documents.clear(); // The whole site stops; what nodes kept brings it back.
    assertEquals("because", desk("n3").standing().counts().why());
  }

  @Test
  void changesOfTwoServicesAtOnceBothCount() {
    var one = desk("n1");
    var two = desk("n2");
    board.faster =
        () -> assertTrue(two.change(counts -> counts.with("orders", 5, ""), null).succeeded());
    assertTrue(one.change(counts -> counts.with("users", 3, ""), null).succeeded());
    assertEquals(
        Map.of("users", Count.of(3), "orders", Count.of(5)), one.standing().counts().services());
    assertEquals(2, two.standing().epoch());
  }

  @Test
  void aChangeForAnEpochThatIsPastIsRefusedWithWhoChangedItAndWhy() {
    var one = desk("n1");
    var two = desk("n2");
    assertTrue(two.change(counts -> counts.with("orders", 5, "for the sale"), 0L).succeeded());
    var late = one.change(counts -> counts.with("orders", 2, ""), 0L);
    var refused = assertInstanceOf(PolicyException.class, late.cause());
    assertTrue(refused.isConflict());
    assertEquals(
        "the desired counts are at epoch 1 (expected: 0), changed at 1970-01-01T00:00:00Z on node"
            + " n2: for the sale; look at them with scripts/weft scale, and scale again",
        refused.getMessage());
    assertEquals(Count.of(5), one.standing().counts().services().get("orders"));
  }

  @Test
  void aChangeThatSomebodyElseIsFasterWithIsRefusedWhenItSaysItsEpoch() {
    var one = desk("n1");
    var two = desk("n2");
    board.faster =
        () -> assertTrue(two.change(counts -> counts.with("orders", 5, ""), null).succeeded());
    var late = one.change(counts -> counts.with("users", 3, ""), 0L);
    assertTrue(assertInstanceOf(PolicyException.class, late.cause()).isConflict());
    assertEquals(Map.of("orders", Count.of(5)), one.standing().counts().services());
  }

  @Test
  void whatIsThereAlreadyMakesNoEpoch() {
    var one = desk("n1");
    assertTrue(one.change(counts -> counts.with("users", 3, "first"), null).succeeded());
    assertTrue(one.change(counts -> counts.with("users", 3, "again"), null).succeeded());
    assertEquals(1, one.standing().epoch());
    assertEquals("first", one.standing().counts().why());
  }

  @Test
  void aChangeThatCannotBeMadeChangesNothing() {
    var one = desk("n1");
    var failed =
        one.change(
            counts -> {
              throw new IllegalStateException("no room");
            },
            null);
    assertEquals("no room", failed.cause().getMessage());
    assertEquals(0, one.standing().epoch());
    assertEquals(Map.of(), board.documents);
  }
}
