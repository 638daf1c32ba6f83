package io.weft.sites;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.weft.mesh.time.Time;
import io.weft.mesh.time.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which node of an edge holds its link, in virtual time. */
class HolderTest {
  private final VirtualTime time = new VirtualTime(1);

  /** How long all timers of this process stood still; other clocks did not. */
  private long pausedNanos;

  private final MemoryLease lease = new MemoryLease(time, () -> time.now().plusNanos(pausedNanos));
  private final List<String> told = new ArrayList<>();

  /** A node, and what it tells of its link. */
  private final class Node implements Holder.Link {
    private final String name;
    private final MemoryLease.Way way = lease.way();
    private final Holder holder;
    private boolean open;
    private int opened;

    Node(String name) {
      this.name = name;
      var own = new Time(() -> time.nanos() + pausedNanos, time, time.time().rng(), time);
      holder = new Holder(own, way, name, this);
      holder.start();
    }

    @Override
    public void open(Lease.Held held) {
      open = true;
      opened++;
      told.add(name + " opens " + held.term());
    }

    @Override
    public void close() {
      open = false;
      told.add(name + " closes");
    }
  }

  private void seconds(long seconds) {
    time.advance(Duration.ofSeconds(seconds));
  }

  @Test
  void oneNodeHoldsTheLinkAndTheOtherStandsBy() {
    var first = new Node("n1");
    var second = new Node("n2");
    seconds(300);
    assertTrue(first.open && first.holder.holds());
    assertFalse(second.open);
    assertEquals(List.of("n1 opens 1"), told);
  }

  @Test
  void aHolderThatStopsLetsTheOtherTakeTheLinkAtOnceWithAGreaterTerm() {
    var first = new Node("n1");
    new Node("n2");
    seconds(10);
    assertTrue(first.holder.stop().succeeded());
    seconds(3);
    assertEquals(List.of("n1 opens 1", "n1 closes", "n2 opens 2"), told);
  }

  @Test
  void aHolderThatCannotRenewItsLeaseStopsItsLinkBeforeAnotherOpensIts() {
    var first = new Node("n1");
    new Node("n2");
    seconds(10);
    first.way.away(true);
    seconds(20);
    assertEquals(List.of("n1 opens 1", "n1 closes", "n2 opens 2"), told);
    first.way.away(false);
    seconds(300);
    assertEquals(3, told.size(), "it stands by, and takes nothing back: " + told);
  }

  @Test
  void aHolderThatStoodStillPastItsLeaseStopsItsLinkAsSoonAsItGoesOn() {
    var first = new Node("n1");
    seconds(1);
    pausedNanos = Duration.ofSeconds(15).toNanos();
    first.way.away(true); // Not even the database need tell it.
    seconds(8);
    assertEquals(List.of("n1 opens 1", "n1 closes"), told);
  }

  @Test
  void aHolderWhoseLeaseRanOutWhileItStoodStillTakesItAnewOrNotAtAll() {
    var first = new Node("n1");
    seconds(1);
    pausedNanos = Duration.ofSeconds(15).toNanos();
    var second = lease.way();
    assertTrue(second.claim("n2", time.time().rng().uuid()).result().isPresent());
    seconds(6);
    assertEquals(List.of("n1 opens 1", "n1 closes"), told, "another has it by now");
    pausedNanos = Duration.ofSeconds(60).toNanos();
    seconds(3);
    assertEquals("n1 opens 3", told.get(2));
    assertTrue(first.open);
  }

  @Test
  void anAnswerThatComesPastItsLeaseBeginsNothing() {
    var slow = lease.way();
    slow.slow(Duration.ofSeconds(9));
    var opened = new ArrayList<Long>();
    var holder =
        new Holder(
            time.time(),
            slow,
            "n3",
            new Holder.Link() {
              @Override
              public void open(Lease.Held held) {
                opened.add(held.term());
              }

              @Override
              public void close() {}
            });
    holder.start();
    seconds(100);
    assertEquals(List.of(), opened);
  }

  @Test
  void aDatabaseThatIsAwayForAMomentStopsNothing() {
    var first = new Node("n1");
    seconds(10);
    for (int i = 0; i < 20; i++) {
      first.way.away(true);
      seconds(5);
      first.way.away(false);
      seconds(4);
    }
    assertEquals(List.of("n1 opens 1"), told);
  }

  @Test
  void aDatabaseThatStaysAwayEndsTheLinkOnceAndItComesBackOnce() {
    var first = new Node("n1");
    seconds(10);
    first.way.away(true);
    seconds(3_600);
    first.way.away(false);
    seconds(60);
    assertEquals(List.of("n1 opens 1", "n1 closes", "n1 opens 2"), told);
  }

  @Test
  void aSiteThatHasNotJoinedOpensNoLinkUntilItHas() {
    lease.joined(null);
    var first = new Node("n1");
    seconds(60);
    assertEquals(List.of(), told);
    lease.joined(Instant.EPOCH);
    first.holder.ask();
    assertEquals(List.of("n1 opens 1"), told, "at once, as it was told");
  }

  @Test
  void aSiteThatJoinsAnewGetsALinkWithATermOfItsOwn() {
    new Node("n1");
    seconds(10);
    lease.joined(Instant.EPOCH.plusSeconds(10));
    seconds(10);
    assertEquals(List.of("n1 opens 1", "n1 opens 2"), told);
  }

  @Test
  void aTermOfBeforeABackupIsRaisedAboveWhatTheHubKnows() {
    var first = new Node("n1");
    seconds(10);
    first.holder.superseded(57); // The hub remembers what the restored database does not.
    seconds(1);
    assertEquals(List.of("n1 opens 1", "n1 opens 58"), told);
    seconds(60);
    assertEquals(2, told.size(), "renewed by its new term: " + told);
  }

  @Test
  void aHolderThatWasSupersededByAnotherNodeRaisesNothing() {
    var first = new Node("n1");
    seconds(10);
    first.way.away(true);
    seconds(5);
    var second = lease.way();
    seconds(6);
    assertTrue(second.claim("n2", time.time().rng().uuid()).result().isPresent());
    first.way.away(false);
    first.holder.superseded(2);
    seconds(3);
    assertEquals(List.of("n1 opens 1", "n1 closes"), told);
    assertEquals(2, lease.term());
  }

  @Test
  void twoCopiesOfOneSiteDoNotChaseEachOtherWithoutEnd() {
    var first = new Node("n1");
    long term = 1;
    for (int second = 0; second < 3_600; second++) {
      // The other copy raises its own as soon as this one has.
      if (lease.term() >= term) {
        term = lease.term() + 1;
        first.holder.superseded(term);
      }
      seconds(1);
    }
    assertTrue(first.opened < 80, first.opened + " links in an hour");
    assertTrue(first.opened > 50, first.opened + " links in an hour");
  }

  @Test
  void aRestartedNodeNeedNotWaitForItsOwnLease() {
    new Node("n1");
    seconds(1);
    new Node("n1"); // The one of before was killed, say.
    assertEquals("n1 opens 2", told.get(1));
  }
}
