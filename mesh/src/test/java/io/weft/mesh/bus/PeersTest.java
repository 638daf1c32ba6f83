package io.weft.mesh.bus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.weft.mesh.Cancellation;
import io.weft.mesh.MeshLimits;
import org.junit.jupiter.api.Test;

/** What a lane remembers of others, however they name themselves. */
class PeersTest {
  private final Peers peers = new Peers(PiecesTest::lane);

  @Test
  void aLaneOfANodeIsTheSameEachTime() {
    var lane = peers.lane("one", "a", 3);

    assertSame(lane, peers.lane("one", "a", 3));
    assertNotSame(lane, peers.lane("one", "a", 2));
    assertNotSame(lane, peers.lane("one", "b", 3));
    assertEquals(3, peers.size());
  }

  @Test
  void aLaneThatNoNodeHasIsRefused() {
    var refusal =
        assertThrows(
            IllegalArgumentException.class, () -> peers.lane("one", "a", MeshLimits.LANES_MAX));

    assertEquals("lane 1024 of node one (limit: 1024)", refusal.getMessage());
    assertEquals(0, peers.size());
  }

  @Test
  void strangersTakeUpBoundedRoomHoweverManyLanesTheyClaim() {
    peers.lane("busy", "a", 0).serving(1, new Cancellation());
    for (int i = 0; i < MeshLimits.PEER_LANES_MAX + 10; i++) {
      peers.lane("stranger-" + i / 1_000, "a", i % 1_000);
    }

    assertEquals(12, peers.size()); // The busy one, and those since the limit was met.
    assertSame(peers.lane("busy", "a", 0), peers.lane("busy", "a", 0));
  }

  @Test
  void oneTooManyIsRefusedWhenAllAreBusy() {
    for (int i = 0; i < MeshLimits.PEER_LANES_MAX; i++) {
      peers.lane("node-" + i / 1_000, "a", i % 1_000).serving(1, new Cancellation());
    }

    var refusal = assertThrows(IllegalArgumentException.class, () -> peers.lane("one", "a", 7));

    assertEquals("lane 7 of node one is one too many (limit: 16384)", refusal.getMessage());
  }

  @Test
  void whoIsNeitherBusyNorHeardOfIsForgottenTheSecondTime() {
    var quiet = peers.lane("quiet", "a", 0);
    var busy = peers.lane("busy", "a", 0);
    busy.serving(1, new Cancellation());
    var lively = peers.lane("lively", "a", 0);

    peers.forgetUnused();
    assertEquals(3, peers.size());
    assertSame(lively, peers.lane("lively", "a", 0));
    peers.forgetUnused();

    assertEquals(2, peers.size());
    assertSame(lively, peers.lane("lively", "a", 0));
    assertSame(busy, peers.lane("busy", "a", 0));
    assertNotSame(quiet, peers.lane("quiet", "a", 0));
  }
}
