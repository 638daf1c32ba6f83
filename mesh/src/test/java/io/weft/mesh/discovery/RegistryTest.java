package io.weft.mesh.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.weft.mesh.MeshLimits;
import io.weft.mesh.discovery.NodeRecord.State;
import io.weft.mesh.time.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Leases, incarnations and membership, with a clock moved by hand. */
class RegistryTest {
  private static final List<State> STATES = List.of(State.STARTING, State.SERVING, State.DRAINING);

  private final VirtualTime time = new VirtualTime(1);
  private final List<String> lost = new ArrayList<>();
  private final List<String> found = new ArrayList<>();
  private final List<String> abandoned = new ArrayList<>();
  private final List<String> doubted = new ArrayList<>();
  private final Registry registry =
      new Registry(
          "self",
          time,
          new Registry.Events() {
            @Override
            public void lost(NodeRecord node, String why) {
              lost.add(node.id() + "@" + node.incarnation());
            }

            @Override
            public void found(NodeRecord node, String why) {
              found.add(node.id() + "@" + node.incarnation() + ": " + why);
            }

            @Override
            public void abandoned(NodeRecord node) {
              abandoned.add(node.id());
            }

            @Override
            public void doubted(NodeRecord node) {
              doubted.add(node.id());
            }
          });

  @Test
  void aRecordMakesItsServingInstancesEndpoints() {
    registry.accept(node("a", "1", 1, State.SERVING, State.SERVING, State.DRAINING));

    assertEquals(1, registry.directory().of("users").size());
    assertEquals("a", registry.directory().of("users").get(0).node());
  }

  @Test
  void aNodeIsFoundWhenItJoinsWhenItRestartsAndWhenItIsHeardAfterItWasLost() {
    registry.members(Set.of("m-a", "m-b"));
    registry.accept(node("self", "1", 1, State.SERVING, State.SERVING));
    registry.accept(node("b", "1", 1, State.SERVING, State.SERVING));
    registry.accept(node("a", "1", 1, State.SERVING, State.SERVING));
    assertEquals(List.of("b@1: the node has joined", "a@1: the node has joined"), found);
    found.clear();

    pass(Duration.ofMillis(2_500), "b");
    assertEquals(List.of("a@1"), lost);
    pass(Duration.ofMillis(500), "b", "a");
    assertEquals(List.of("a@1: the node is heard again"), found);
    assertEquals(Duration.ZERO, registry.silence());
  }

  @Test
  void aNodeThatIsStartingHasNoEndpointsAndOneThatDrainsThoseThatItHasNotTakenBack() {
    registry.accept(node("a", "1", 1, State.STARTING, State.SERVING));
    registry.accept(node("b", "1", 1, State.DRAINING, State.SERVING, State.DRAINING));

    var endpoints = registry.directory().of("users");
    assertEquals(List.of("b/1/users-0"), endpoints.stream().map(Endpoint::id).toList());
    assertEquals(2, registry.directory().nodes().size());
  }

  @Test
  void aSilentNodeIsLostWhenItsLeaseEndsAndOnlyThen() {
    twoNodesServe();

    pass(Duration.ofMillis(1_900), "b");
    assertEquals(List.of(), lost);
    assertEquals(2, registry.directory().of("users").size());

    pass(Duration.ofMillis(200), "b");
    assertEquals(List.of("a@1"), lost);
    assertEquals("b", registry.directory().of("users").get(0).node());
    assertEquals(1, registry.directory().of("users").size());
  }

  @Test
  void aNodeThatIsHeardAgainIsUsedAgain() {
    twoNodesServe();
    pass(Duration.ofSeconds(3), "b");

    assertTrue(registry.heard(new Announcement("a", "1", 1)));

    assertEquals(2, registry.directory().of("users").size());
  }

  @Test
  void whenEverybodyFallsSilentTheLastKnownEndpointsStayInUse() {
    twoNodesServe();

    pass(Duration.ofMinutes(9));

    assertEquals(List.of(), lost);
    assertEquals(2, registry.directory().of("users").size());
  }

  @Test
  void nodesThatAnnounceThemselvesInTurnAndFallSilentAtOneMomentAllStayInUse() {
    twoNodesServe();
    pass(Duration.ofMillis(500), "a", "b");
    pass(Duration.ofMillis(400), "b");

    pass(Duration.ofMinutes(11));

    assertEquals(List.of(), lost);
    assertEquals(List.of(), abandoned);
    assertEquals(2, registry.directory().of("users").size());
  }

  @Test
  void aMemberThatLeftIsLostAtOnce() {
    registry.members(Set.of("m-a", "m-b"));
    registry.accept(node("a", "1", 1, State.SERVING, State.SERVING));

    registry.members(Set.of("m-b"));

    assertEquals(List.of("a@1"), lost);
    assertEquals(List.of(), registry.directory().of("users"));
  }

  @Test
  void aReplacedIncarnationThatAMergeBringsBackDoesNotDisplaceItsSuccessor() {
    registry.members(Set.of("m-a", "m-b"));
    registry.accept(node("a", "1", 1, State.SERVING, State.SERVING));
    registry.accept(node("a", "2", 1, State.SERVING, State.SERVING));

    registry.accept(node("a", "1", 2, State.SERVING, State.SERVING));

    assertEquals(List.of("a@1"), lost);
    assertEquals("2", registry.directory().of("users").get(0).incarnation());
  }

  @Test
  void anIncarnationThatWasReplacedByMistakeIsUsedAgainOnceItIsHeard() {
    registry.members(Set.of("m-a", "m-b"));
    registry.accept(node("a", "1", 1, State.SERVING, State.SERVING));
    registry.accept(node("a", "2", 1, State.SERVING, State.SERVING));

    assertFalse(registry.heard(new Announcement("a", "1", 1)));
    registry.accept(node("a", "1", 1, State.SERVING, State.SERVING));

    assertEquals("1", registry.directory().of("users").get(0).incarnation());
  }

  @Test
  void theRecordOfAMemberThatLeftIsAbandonedAfterItsLease() {
    registry.members(Set.of("m-a", "m-b"));
    registry.accept(node("a", "1", 1, State.SERVING, State.SERVING));
    registry.members(Set.of("m-b"));

    pass(Duration.ofSeconds(3));

    assertEquals(List.of("a"), abandoned);
  }

  @Test
  void anAnnouncementOutweighsTheHintThatAMemberLeft() {
    registry.members(Set.of("m-a", "m-b"));
    registry.accept(node("a", "1", 1, State.SERVING, State.SERVING));
    registry.members(Set.of("m-b"));

    registry.heard(new Announcement("a", "1", 1));

    assertEquals(1, registry.directory().of("users").size());
  }

  @Test
  void aNewIncarnationReplacesTheOldOneWhichIsLost() {
    registry.members(Set.of("m-a", "m-a2"));
    registry.accept(node("a", "1", 7, State.SERVING, State.SERVING));

    registry.accept(withMember(node("a", "2", 1, State.SERVING, State.SERVING), "m-a2"));

    assertEquals(List.of("a@1"), lost);
    assertEquals("2", registry.directory().of("users").get(0).incarnation());
  }

  @Test
  void aLateWriteOfADeadIncarnationDoesNotReplaceALivingOne() {
    registry.members(Set.of("m-a2"));
    registry.accept(withMember(node("a", "2", 1, State.SERVING, State.SERVING), "m-a2"));

    registry.accept(node("a", "1", 9, State.SERVING, State.SERVING));

    assertEquals("2", registry.directory().of("users").get(0).incarnation());
    assertEquals(List.of(), lost);
  }

  @Test
  void anOlderRevisionOfARecordChangesNothing() {
    registry.accept(node("a", "1", 2, State.SERVING, State.SERVING, State.SERVING));

    registry.accept(node("a", "1", 1, State.SERVING, State.SERVING));

    assertEquals(2, registry.directory().of("users").size());
  }

  @Test
  void anAnnouncementOfANewerRevisionSaysThatTheRecordHereIsBehind() {
    registry.accept(node("a", "1", 1, State.SERVING, State.SERVING));

    assertTrue(registry.heard(new Announcement("a", "1", 1)));
    assertFalse(registry.heard(new Announcement("a", "1", 2)));
    assertFalse(registry.heard(new Announcement("stranger", "1", 1)));
  }

  @Test
  void aPauseOfThisProcessEndsNobodysLease() {
    twoNodesServe();
    pass(Duration.ofSeconds(1), "a", "b");

    time.advance(Duration.ofSeconds(30));
    registry.heard(new Announcement("b", "1", 1));
    registry.tick();

    assertEquals(List.of(), lost);
    assertEquals(2, registry.directory().of("users").size());
  }

  @Test
  void aRecordThatWasTakenBackIsForgottenAtOnce() {
    registry.accept(node("a", "1", 1, State.SERVING, State.SERVING));

    registry.removed("a");

    assertEquals(List.of("a@1"), lost);
    assertEquals(Directory.EMPTY.endpoints(), registry.directory().endpoints());
  }

  @Test
  void aNodeThatCannotBeReachedIsNotPickedUntilItsNextAnnouncement() {
    twoNodesServe();

    registry.unreachable("a", "1", time.nanos());
    assertEquals(List.of("b"), picked());
    assertEquals(List.of(), lost, "its calls are not given up for a connection that flaps");

    registry.heard(new Announcement("a", "1", 1));
    assertEquals(List.of("a", "b"), picked());
  }

  @Test
  void theOnlyOtherNodeIsGivenUpWhenItIsSilentAndItsConnectionClosesToo() {
    registry.members(Set.of("m-a"));
    registry.accept(node("a", "1", 1, State.SERVING, State.SERVING));
    pass(Duration.ofMillis(1_900));
    assertFalse(registry.closed("a", "1"));
    assertEquals(List.of("a"), picked(), "its lease has not ended");
    pass(Duration.ofMillis(1_100));
    assertEquals(List.of("a"), picked(), "it may be discovery that stands still");

    assertTrue(registry.closed("a", "1"));
    assertEquals(List.of(), picked());

    registry.heard(new Announcement("a", "1", 1));
    assertEquals(List.of("a"), picked());
  }

  @Test
  void aNodeThatWasHeardSinceItWasKnockedAtStaysInUse() {
    registry.members(Set.of("m-a"));
    registry.accept(node("a", "1", 1, State.SERVING, State.SERVING));
    long since = time.nanos();
    pass(Duration.ofMillis(100));
    registry.heard(new Announcement("a", "1", 1));

    registry.unreachable("a", "1", since);

    assertEquals(List.of("a"), picked());
  }

  @Test
  void aNodeThatCannotBeReachedIsLostWhenItsLeaseEnds() {
    registry.members(Set.of("m-a"));
    registry.accept(node("a", "1", 1, State.SERVING, State.SERVING));
    registry.unreachable("a", "1", time.nanos());

    pass(Duration.ofSeconds(2));

    assertEquals(List.of("a@1"), lost);
  }

  @Test
  void theHintThatAnEarlierIncarnationCannotBeReachedConcernsNobody() {
    registry.accept(node("a", "2", 1, State.SERVING, State.SERVING));

    registry.unreachable("a", "1", time.nanos());

    assertEquals(List.of("a"), picked());
  }

  @Test
  void whenEverybodyFallsSilentEachIsDoubtedBeforeItsLeaseEndsAndAgainAndAgain() {
    twoNodesServe();

    pass(Duration.ofMillis(1_400));
    assertEquals(List.of(), doubted);
    pass(Duration.ofMillis(100));
    assertEquals(List.of("a", "b"), doubted);
    pass(Duration.ofMillis(1_500));
    assertEquals(List.of("a", "b", "a", "b"), doubted);
  }

  @Test
  void whenDiscoveryStandsStillForTenMinutesNothingIsLost() {
    twoNodesServe();

    pass(Duration.ofMinutes(10).minusMillis(100));
    registry.heard(new Announcement("a", "1", 1));
    registry.heard(new Announcement("b", "1", 1));
    pass(Duration.ofMillis(100), "a", "b");

    assertEquals(List.of(), lost);
    assertEquals(List.of("a", "b"), picked());
  }

  @Test
  void nothingIsDrawnAnewWhenNothingHasChanged() {
    registry.members(Set.of("m-a"));
    registry.accept(node("a", "1", 1, State.SERVING, State.SERVING));
    var picture = registry.directory();

    registry.members(Set.of("m-a", "m-b"));
    registry.accept(node("a", "1", 1, State.SERVING, State.SERVING));
    pass(Duration.ofSeconds(1), "a");

    assertSame(picture, registry.directory());
  }

  @Test
  void aChangeOfOneServiceLeavesTheListsOfTheOthersAsTheyAre() {
    registry.accept(node("a", "1", 1, State.SERVING, State.SERVING));
    var users = registry.directory().of("users");

    registry.accept(withMember(node("b", "1", 1, State.GUEST), "m-b"));
    registry.accept(node("a", "1", 2, State.SERVING, State.SERVING));

    assertSame(users, registry.directory().of("users"));
    assertEquals(2, registry.directory().nodes().size());
  }

  @Test
  void aPictureDrawnFromTheOneBeforeIsTheOneDrawnFromScratch() {
    for (long seed = 1; seed <= 50; seed++) {
      var rng = new VirtualTime(seed).time().rng();
      var stepwise = new Registry("self", time, new Deaf());
      var last = new HashMap<String, NodeRecord>();
      for (int revision = 1; revision <= 60; revision++) {
        var id = "n" + rng.nextInt(5);
        if (rng.nextInt(4) == 0) {
          stepwise.removed(id);
          last.remove(id);
        } else {
          var states = new State[rng.nextInt(4)];
          Arrays.setAll(states, i -> STATES.get(rng.nextInt(3)));
          var record = node(id, "1", revision, STATES.get(rng.nextInt(3)), states);
          stepwise.accept(record);
          last.put(id, record);
        }
        var scratch = new Registry("self", time, new Deaf());
        last.values().forEach(scratch::accept);
        assertEquals(scratch.directory().endpoints(), stepwise.directory().endpoints());
        assertEquals(scratch.directory().byOperation(), stepwise.directory().byOperation());
        assertEquals(scratch.directory().nodes(), stepwise.directory().nodes());
      }
    }
  }

  @Test
  void aNodeThatFallsSilentAsAMemberIsMissingForAsLongAsItIsOne() {
    twoNodesServe();
    pass(Duration.ofMillis(1_900), "b");
    assertEquals(List.of(), registry.missing());

    pass(Duration.ofMillis(1_100), "b");
    var missing = registry.missing();
    assertEquals(List.of("a"), names(missing));
    assertTrue(missing.get(0).member());
    assertEquals(Duration.ofSeconds(3), missing.get(0).silent());
    assertTrue(missing.get(0).why().contains("lease"), missing.get(0).why());

    pass(MeshLimits.RECORD_KEPT.multipliedBy(2), "b");
    assertEquals(List.of("a"), abandoned);
    assertEquals(List.of("a"), names(registry.missing()), "its record is gone, it is not");

    registry.members(Set.of("m-b"));
    assertEquals(List.of(), registry.missing());
  }

  @Test
  void aNodeThatCrashesIsMissingForAWhile() {
    twoNodesServe();
    registry.members(Set.of("m-b"));
    registry.removed("a"); // By whoever found first that it is gone.

    var missing = registry.missing();
    assertEquals(List.of("a"), names(missing));
    assertFalse(missing.get(0).member());
    pass(MeshLimits.RECORD_KEPT, "b");
    assertEquals(List.of("a"), names(registry.missing()));
    pass(Duration.ofSeconds(1), "b");
    assertEquals(List.of(), registry.missing());
  }

  @Test
  void aNodeThatLeavesInOrderIsNotMissingInWhateverOrderTheNewsOfItComes() {
    for (var step : List.of("removed first", "member first", "silent first")) {
      registry.members(Set.of("m-a", "m-b"));
      registry.accept(node("a", step, 1, State.SERVING, State.SERVING));
      registry.accept(node("b", "1", 1, State.SERVING, State.SERVING));
      registry.accept(node("a", step, 2, State.DRAINING, State.DRAINING));
      if (step.startsWith("member")) {
        registry.members(Set.of("m-b"));
      } else if (step.startsWith("silent")) {
        pass(Duration.ofSeconds(3), "b");
      }
      registry.removed("a");
      assertEquals(List.of(), registry.missing(), step);
      registry.members(Set.of("m-b"));
      assertEquals(List.of(), registry.missing(), step);
    }
  }

  @Test
  void aNodeThatDrainsAndHangsIsMissing() {
    registry.members(Set.of("m-a", "m-b"));
    registry.accept(node("a", "1", 1, State.DRAINING, State.DRAINING));
    registry.accept(node("b", "1", 1, State.SERVING, State.SERVING));
    pass(Duration.ofSeconds(3), "b");
    assertEquals(List.of("a"), names(registry.missing()));
  }

  @Test
  void aNodeThatIsThereAgainIsNotMissingAnyMore() {
    twoNodesServe();
    pass(Duration.ofSeconds(3), "b");
    registry.heard(new Announcement("a", "1", 1));
    assertEquals(List.of(), registry.missing(), "heard again");

    registry.members(Set.of("m-b"));
    assertEquals(List.of("a"), names(registry.missing()));
    registry.members(Set.of("m-b", "m-c"));
    registry.accept(withMember(node("a", "2", 1, State.STARTING), "m-c"));
    assertEquals(List.of(), registry.missing(), "restarted");
  }

  @Test
  void aGuestIsNeverMissing() {
    registry.members(Set.of("m-a"));
    registry.accept(node("a", "1", 1, State.GUEST));
    registry.members(Set.of());
    assertEquals(List.of(), registry.missing());
  }

  @Test
  void ofTheMissingNodesOnlySoManyAreKnown() {
    registry.members(Set.of("m-self"));
    for (int i = 0; i <= MeshLimits.LOSSES_MAX; i++) {
      var id = "%04d".formatted(i);
      registry.members(Set.of("m-self", "m-" + id));
      registry.accept(node(id, "1", 1, State.SERVING));
      registry.members(Set.of("m-self"));
    }
    var missing = registry.missing();
    assertEquals(MeshLimits.LOSSES_MAX, missing.size());
    assertEquals("0001", missing.get(0).node());
  }

  private static List<String> names(List<MissingNode> missing) {
    return missing.stream().map(MissingNode::node).toList();
  }

  private static final class Deaf implements Registry.Events {
    @Override
    public void lost(NodeRecord node, String why) {
      // Of no interest here.
    }

    @Override
    public void abandoned(NodeRecord node) {
      // Of no interest here.
    }
  }

  /** Nodes a and b, which are all members there are. */
  private void twoNodesServe() {
    registry.members(Set.of("m-a", "m-b"));
    registry.accept(node("a", "1", 1, State.SERVING, State.SERVING));
    registry.accept(node("b", "1", 1, State.SERVING, State.SERVING));
  }

  private List<String> picked() {
    return registry.directory().of("users").stream().map(Endpoint::node).toList();
  }

  private void pass(Duration duration, String... announcing) {
    for (long ms = 0; ms < duration.toMillis(); ms += Registry.TICK_INTERVAL.toMillis()) {
      time.advance(Registry.TICK_INTERVAL);
      for (var id : announcing) {
        registry.heard(new Announcement(id, "1", 1));
      }
      registry.tick();
    }
  }

  private static NodeRecord node(
      String id, String incarnation, long revision, State state, State... instances) {
    var list = new ArrayList<InstanceRecord>();
    for (var instance : instances) {
      list.add(
          new InstanceRecord(
              "users-" + list.size(), "users", "1", 0, 1, instance, List.of("users.get")));
    }
    return new NodeRecord(
        id,
        incarnation,
        revision,
        "m-" + id,
        "site",
        "zone",
        "1",
        state,
        1,
        List.of("users"),
        Map.of(),
        list);
  }

  private static NodeRecord withMember(NodeRecord node, String member) {
    return new NodeRecord(
        node.id(),
        node.incarnation(),
        node.revision(),
        member,
        node.site(),
        node.zone(),
        node.version(),
        node.state(),
        node.lanes(),
        node.hosts(),
        node.addresses(),
        node.instances());
  }
}
