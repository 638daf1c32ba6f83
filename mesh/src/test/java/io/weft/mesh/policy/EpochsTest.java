package io.weft.mesh.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.time.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The parts of several nodes in one site's policies, in virtual time. */
class EpochsTest {
  private final VirtualTime time = new VirtualTime(1);
  private final MemoryBoard board = new MemoryBoard();

  /** One node: what it goes by, what it kept, and what it cannot read. */
  private final class Node {
    final List<PolicyDocument> kept = new ArrayList<>();
    final List<Long> taken = new ArrayList<>();
    String unreadable = "unreadable";
    final Epochs<Policies> epochs;

    Node(String name, MemoryBoard board) {
      epochs =
          new Epochs<>(
              name,
              "policies",
              board,
              document -> {
                kept.add(document);
                return Future.succeededFuture();
              },
              (epoch, text) -> {
                if (text.contains(unreadable)) {
                  throw PolicyException.invalid(List.of("line 1: " + text));
                }
                return new Policies(epoch, Policy.DEFAULT, Map.of(), Map.of());
              },
              policies -> taken.add(policies.epoch()),
              time.time(),
              Runnable::run);
    }

    Node open(String file, PolicyDocument... before) {
      assertTrue(epochs.open(List.of(before), file).succeeded());
      return this;
    }

    PolicyDocument apply(String text) {
      var applied = epochs.apply(text, epochs.current().epoch());
      assertTrue(applied.succeeded(), String.valueOf(applied.cause()));
      return applied.result();
    }
  }

  private Node node(String name) {
    return new Node(name, board);
  }

  @Test
  void aSiteWithoutPoliciesGoesByTheDefaultsOrTheFileOfItsFirstNode() {
    assertEquals(0, node("a").open(null).epochs.current().epoch());
    var first = node("b").open("file of b");
    var second = node("c").open("file of c");
    assertEquals("file of b", first.epochs.current().text());
    assertEquals("file of b", second.epochs.current().text());
    assertEquals(1, second.epochs.stand().epoch());
    assertEquals(List.of(), first.kept);
  }

  @Test
  void aChangeIsTakenByEveryNodeAndKept() {
    var a = node("a").open("base");
    var b = node("b").open("base");
    assertEquals(2, a.apply("new").epoch());
    assertEquals("new", b.epochs.current().text());
    assertEquals(a.epochs.stand(), b.epochs.stand());
    assertEquals(List.of(1L, 2L), b.taken);
    assertEquals(List.of("new"), b.kept.stream().map(PolicyDocument::text).toList());
  }

  @Test
  void ofTwoOperatorsAtOnceOneWinsAndTheOtherIsTold() {
    var a = node("a").open("base");
    var b = node("b").open("base");
    board.hold();
    var first = a.epochs.apply("of a", 1);
    var second = b.epochs.apply("of b", 1);
    for (int i = 0; i < 10; i++) {
      board.release();
      board.hold();
    }
    assertTrue(first.succeeded());
    assertTrue(assertInstanceOf(PolicyException.class, second.cause()).isConflict());
    assertEquals(
        "the site is at epoch 2, applied at a (expected: 1): somebody changed the policies"
            + " meanwhile; look at them, and apply again",
        second.cause().getMessage());
    assertEquals("of a", b.epochs.current().text());
  }

  @Test
  void aChangeThatCannotBeReadIsRefusedAndNothingIsPutUp() {
    var a = node("a").open("base");
    var refused = a.epochs.apply("unreadable", 1);
    assertEquals(List.of("line 1: unreadable"), problems(refused.cause()));
    assertEquals(1, board.documents.size());
    assertEquals("base", a.epochs.current().text());
  }

  @Test
  void theSameTextAgainIsNoNewEpoch() {
    var a = node("a").open("base");
    assertEquals(1, a.apply("base").epoch());
  }

  @Test
  void aNodeThatCannotReadAnEpochStaysAtItsOldOneAndSaysSo() {
    var a = node("a").open("base");
    var b = node("b");
    b.unreadable = "later key";
    b.open("base");
    a.apply("with a later key");
    assertEquals(1, b.epochs.stand().epoch());
    assertEquals("epoch 2: line 1: with a later key", b.epochs.stand().refused());
    // It must not put its old one up over the new one either.
    time.advance(MeshLimits.REASSERT_INTERVAL);
    assertEquals("with a later key", board.documents.get(2L).text());

    a.apply("readable");
    assertEquals(3, b.epochs.stand().epoch());
    assertNull(b.epochs.stand().refused());
  }

  @Test
  void aRollbackIsANewEpochWithAnEarlierTextAndASecondOneGoesFurtherBack() {
    var a = node("a").open("one");
    a.apply("two");
    a.apply("three");
    var back = a.epochs.rollback(null).result();
    assertEquals("two", back.text());
    assertEquals(4, back.epoch());
    assertEquals("one", a.epochs.rollback(null).result().text());
    assertEquals("", a.epochs.rollback(null).result().text());
    assertEquals("three", a.epochs.rollback(3L).result().text());
    assertEquals("two", a.epochs.rollback(null).result().text());
    assertEquals(8, a.epochs.current().epoch());
  }

  @Test
  void whatIsNotKeptCannotBeRolledBackTo() {
    var a = node("a").open(null);
    for (int i = 1; i <= MeshLimits.EPOCHS_KEPT + 2; i++) {
      a.apply("text " + i);
    }
    assertEquals(MeshLimits.EPOCHS_KEPT, a.epochs.history().size());
    assertEquals(MeshLimits.EPOCHS_KEPT, board.documents.size());
    assertEquals(
        List.of(
            "epoch 2 is not kept (expected: 0 for the built-in defaults, or one of 12, 11, 10, 9,"
                + " 8, 7, 6, 5, 4, 3)"),
        problems(a.epochs.rollback(2L).cause()));
    assertEquals("text 3", a.epochs.rollback(3L).result().text());
  }

  @Test
  void whatWasChangedLiveSurvivesARestartOfAllAndTheNewestCounts() {
    var a = node("a").open("base");
    var b = node("b").open("base");
    a.apply("two");
    b.apply("three");
    var empty = new MemoryBoard();
    // One that missed the last change is the first to come back.
    var again = new Node("a", empty).open("base", a.kept.get(0));
    assertEquals("two", again.epochs.current().text());
    var other = new Node("b", empty).open("base", b.kept.toArray(PolicyDocument[]::new));
    assertEquals("three", other.epochs.current().text());
    assertEquals("three", again.epochs.current().text());
    assertEquals(List.of(3L, 2L), again.epochs.history().stream().map(d -> d.epoch()).toList());
  }

  @Test
  void whatTheBoardHasLostIsPutUpAgain() {
    var a = node("a").open("base");
    a.apply("two");
    board.documents.clear();
    time.advance(MeshLimits.REASSERT_INTERVAL);
    assertEquals("two", board.documents.get(2L).text());
  }

  @Test
  void whenTwoHalvesMeetTheHigherEpochCountsForAll() {
    var halves = apart();
    halves.here().apply("here 2");
    halves.there().apply("there 2");
    halves.there().apply("there 3");
    merge(halves);
    assertEquals("there 3", halves.here().epochs.current().text());
    assertEquals(halves.here().epochs.stand(), halves.there().epochs.stand());
  }

  @ParameterizedTest
  @CsvSource({"x, y", "y, x"})
  void whenTwoHalvesMeetAtOneEpochAllChooseTheSame(String here, String there) {
    var halves = apart();
    halves.here().apply(here);
    halves.there().apply(there);
    assertNotEquals(halves.here().epochs.stand(), halves.there().epochs.stand());
    merge(halves);
    assertEquals(halves.here().epochs.stand(), halves.there().epochs.stand());
    // The same of the two, whichever half it came from.
    assertEquals("y", halves.here().epochs.current().text());
    assertEquals("y", board.documents.get(2L).text());
  }

  private record Halves(Node here, Node there, MemoryBoard board) {}

  private Halves apart() {
    var other = new MemoryBoard();
    var here = node("here").open("base");
    other.documents.putAll(board.documents);
    return new Halves(here, new Node("there", other).open("base"), other);
  }

  /** The larger half's entries stay, as Hazelcast's default merge has it. */
  private void merge(Halves halves) {
    board.documents.forEach(halves.board().documents::put);
    board.documents.clear();
    board.documents.putAll(halves.board().documents);
    // Both look at what is one board now, each at its own time.
    for (int i = 0; i < 3; i++) {
      time.advance(MeshLimits.REASSERT_INTERVAL);
      halves
          .board()
          .documents
          .forEach((epoch, d) -> board.documents.merge(epoch, d, (x, y) -> y.newerThan(x) ? y : x));
      halves.board().documents.clear();
      halves.board().documents.putAll(board.documents);
    }
  }

  @Test
  void anAnnouncementOfANewerEpochIsReasonToLook() {
    var b = node("b").open("base");
    var missed =
        new PolicyDocument(5, "five", 5, PolicyDocument.APPLIED, "a", "2026-01-01T00:00:00Z");
    board.documents.put(5L, missed);
    assertEquals(1, b.epochs.current().epoch());
    b.epochs.heard(new PolicyStand(5, missed.digest(), null));
    assertEquals(5, b.epochs.current().epoch());
  }

  @Test
  void aBoardThatDoesNotAnswerIsNotWaitedForForever() {
    var a = node("a").open("base");
    board.hold();
    var applied = a.epochs.apply("two", 1);
    time.advance(MeshLimits.BOARD_TIMEOUT);
    assertTrue(applied.failed());
    assertTrue(applied.cause().getMessage().contains("may have been made"));
  }

  @Test
  void aStandTellsWhetherADocumentIsNewer() {
    var two = new PolicyDocument(2, "two", 2, PolicyDocument.APPLIED, "a", "");
    assertTrue(PolicyStand.DEFAULT.before(two));
    assertTrue(new PolicyStand(2, two.digest(), null).isAt(two));
    assertFalse(new PolicyStand(3, "", null).before(two));
  }

  @Test
  void lostNodesAreRememberedForAWhileAndThoseThatLeftAreNot() {
    var stands = new Stands(time);
    stands.heard("a", new PolicyStand(3, "d", null));
    stands.heard("b", new PolicyStand(3, "d", null));
    stands.lost("a");
    stands.left("b");
    assertEquals(
        List.of(new Stands.Known("a", new PolicyStand(3, "d", null), true)), stands.all(List.of()));
    time.advance(MeshLimits.RECORD_KEPT.plus(Duration.ofSeconds(1)));
    assertEquals(List.of(), stands.all(List.of()));
  }

  private static List<String> problems(Throwable failure) {
    return assertInstanceOf(PolicyException.class, failure).problems();
  }
}
