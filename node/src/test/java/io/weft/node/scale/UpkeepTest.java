package io.weft.node.scale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.weft.mesh.discovery.NodeRecord;
import io.weft.mesh.discovery.NodeRecord.State;
import io.weft.mesh.telemetry.Decisions;
import io.weft.mesh.time.Rng;
import io.weft.mesh.time.VirtualTime;
import io.weft.node.NodeLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Nodes that keep desired counts up, each by itself, in virtual time. */
class UpkeepTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final int GRACE_SECONDS = (int) NodeLimits.UPKEEP_GRACE.toSeconds();

  private final VirtualTime time = new VirtualTime(1);
  private final Map<String, Member> members = new TreeMap<>();
  private final List<String> decisions = new ArrayList<>();
  private final Decisions told = new Decisions("test", time);
  private DesiredCounts counts = DesiredCounts.NONE;
  private long epoch = 1;
  private int fewest = Integer.MAX_VALUE;

  @BeforeEach
  void listen() {
    told.listen(decision -> decisions.add(decision.why()));
  }

  /** How long a change takes until others see it. */
  private Duration lag = Duration.ZERO;

  /** A node: what it is, what the others see of it, and its part in the upkeep. */
  private final class Member {
    final String id;
    final String zone;
    final Upkeep upkeep;
    State state = State.SERVING;
    boolean alive = true;
    boolean stuck;
    int users;
    int seen;

    Member(String id, String zone, int users) {
      this.id = id;
      this.zone = zone;
      this.users = users;
      seen = users;
      upkeep = new Upkeep(id, () -> seenBy(id), (service, instances) -> set(instances), told, time);
    }

    Future<Void> set(int instances) {
      if (stuck) {
        return Promise.<Void>promise().future();
      }
      users = instances;
      fewest = Math.min(fewest, total());
      time.after(lag, () -> seen = users);
      return Future.succeededFuture();
    }
  }

  /** Everybody sees himself at once, and the others late. */
  private List<NodeRecord> seenBy(String self) {
    return members.values().stream()
        .filter(member -> member.alive)
        .map(
            member ->
                Records.node(
                    member.id,
                    member.zone,
                    member.state,
                    member.id.equals(self) ? member.users : member.seen))
        .toList();
  }

  private Member member(String id, String zone, int users) {
    var member = new Member(id, zone, users);
    members.put(id, member);
    return member;
  }

  private void desire(int users) {
    counts = counts.with("users", users, "a test");
    epoch++;
  }

  private int total() {
    return members.values().stream().filter(m -> m.alive).mapToInt(m -> m.users).sum();
  }

  private List<Integer> spread() {
    return members.values().stream().filter(m -> m.alive).map(m -> m.users).toList();
  }

  /** Lets time pass, in which every node looks once a second. */
  private void pass(int seconds) {
    for (int i = 0; i < seconds; i++) {
      time.advance(SECOND);
      members.values().stream().filter(m -> m.alive).forEach(m -> m.upkeep.look(epoch, counts));
    }
  }

  @Test
  void whatADeadNodeHadIsPlacedOnTheOthersAfterTheGraceAndNotBefore() {
    member("n1", "a", 2);
    var dead = member("n2", "b", 2);
    member("n3", "c", 2);
    desire(6);
    pass(60);
    assertEquals(List.of(), decisions);
    dead.alive = false;
    pass(GRACE_SECONDS);
    assertEquals(4, total());
    pass(2);
    assertEquals(List.of(3, 3), spread());
    assertTrue(
        decisions.contains("n1 goes from 2 to 3 instances: the site has had 4 of 6 for 15 s"),
        decisions.toString());
  }

  @Test
  void aNodeThatRestartsInTimeMovesNothing() {
    member("n1", "a", 2);
    var restarting = member("n2", "b", 2);
    desire(4);
    for (int round = 0; round < 5; round++) {
      pass(20);
      restarting.alive = false;
      pass(GRACE_SECONDS - 3);
      restarting.alive = true;
    }
    pass(60);
    assertEquals(List.of(2, 2), spread());
    assertEquals(List.of(), decisions);
  }

  @Test
  void aNodeThatComesBackEmptyGetsItsShareWithoutAMomentOfTooFew() {
    member("n1", "a", 3);
    member("n2", "b", 3);
    member("n3", "c", 0);
    desire(6);
    pass(300);
    assertEquals(List.of(2, 2, 2), spread());
    assertTrue(fewest >= 6, "once there were " + fewest);
  }

  @Test
  void aServiceThatNobodyCountedIsLeftAlone() {
    member("n1", "a", 5);
    member("n2", "b", 0);
    pass(300);
    assertEquals(List.of(5, 0), spread());
  }

  @Test
  void nodesThatDrainAreNotCountedOn() {
    member("n1", "a", 1);
    member("n2", "b", 1).state = State.DRAINING;
    member("n3", "c", 0);
    desire(2);
    pass(60);
    assertEquals(List.of(1, 1, 1), spread());
  }

  @Test
  void aChangeOfTheCountsGivesWhoMadeItTheTimeToSeeItThrough() {
    member("n1", "a", 1);
    desire(2);
    pass(GRACE_SECONDS - 1);
    desire(3);
    pass(GRACE_SECONDS - 1);
    assertEquals(1, total());
    pass(3);
    assertEquals(3, total());
  }

  @Test
  void zonesWithNumbersOfTheirOwnAreKeptApart() {
    member("n1", "a", 1);
    member("n2", "b", 1);
    var dead = member("n3", "a", 2);
    counts = counts.with("users", 3, "").with("users", "a", 3, 2, "");
    pass(60);
    assertEquals(List.of(1, 1, 2), spread());
    dead.alive = false;
    pass(60);
    assertEquals(List.of(3, 1), spread());
  }

  @Test
  void moreThanTheNodesHoldIsPlacedAsFarAsTheyDo() {
    member("n1", "a", 64);
    var dead = member("n2", "b", 64);
    desire(128);
    dead.alive = false;
    pass(60);
    assertEquals(List.of(64), spread());
    assertEquals(List.of(), decisions);
  }

  @Test
  void aNodeThatIsStillAtItIsNotAskedTwice() {
    member("n1", "a", 0).stuck = true;
    desire(2);
    pass(300);
    assertEquals(1, decisions.size());
  }

  @Test
  void nodesThatSeeEachOtherLateStillComeToTheRightNumberAndStayThere() {
    for (int seed = 0; seed < 60; seed++) {
      var rng = Rng.seeded(seed);
      members.clear();
      decisions.clear();
      lag = Duration.ofMillis(rng.nextInt(4_000));
      int size = 2 + rng.nextInt(7);
      for (int i = 0; i < size; i++) {
        member("n" + i, "z" + rng.nextInt(3), rng.nextInt(6));
      }
      desire(rng.nextInt(20));
      int deaths = rng.nextInt(size - 1);
      for (int i = 0; i < deaths; i++) {
        pass(rng.nextInt(40));
        members.get("n" + i).alive = false;
      }
      pass(400);
      int wanted = counts.services().get("users").total();
      assertEquals(wanted, total(), "seed " + seed + ": " + spread());
      var spread = spread();
      int most = spread.stream().mapToInt(Integer::intValue).max().orElseThrow();
      int least = spread.stream().mapToInt(Integer::intValue).min().orElseThrow();
      assertTrue(most - least <= 1, "seed " + seed + ": " + spread);
      int made = decisions.size();
      pass(120);
      assertEquals(made, decisions.size(), "seed " + seed + ": " + decisions);
    }
  }
}
