package io.weft.mesh.bus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.wire.FrameWriter;
import org.junit.jupiter.api.Test;

/** Frames that arrive in pieces, from honest peers and from others. */
class PiecesTest {
  private final Pieces pieces = new Pieces();
  private final PeerLane peer = lane("one");

  @Test
  void aFrameIsWholeWithItsLastPieceAndTakesUpNothingAfterwards() {
    assertNull(add(peer, 1, 5, 0, "fra"));

    assertEquals("frame", add(peer, 1, 5, 3, "me").toString());
    assertEquals(0, pieces.bytes());
    assertEquals(0, pieces.size());
    assertEquals(0, peer.arriving());
  }

  @Test
  void anEmptyPieceSaysThatNoMoreWillCome() {
    add(peer, 1, 5, 0, "fra");

    assertNull(add(peer, 1, 5, 3, ""));

    assertEquals(0, pieces.bytes());
    assertEquals(0, peer.arriving());
    assertNull(add(peer, 1, 5, 3, "me"));
  }

  @Test
  void piecesOfSeveralFramesMayMix() {
    var other = lane("other");
    add(peer, 1, 4, 0, "ab");
    add(peer, 2, 4, 0, "12");
    add(other, 1, 4, 0, "xy");

    assertEquals("abcd", add(peer, 1, 4, 2, "cd").toString());
    assertEquals("1234", add(peer, 2, 4, 2, "34").toString());
    assertEquals("xyzz", add(other, 1, 4, 2, "zz").toString());
  }

  @Test
  void aPieceWithoutABeginningIsOfNoUse() {
    assertNull(add(peer, 1, 5, 3, "me"));
    assertEquals(0, pieces.size());
  }

  @Test
  void aPieceThatDoesNotContinueItsFrameIsRefused() {
    add(peer, 1, 5, 0, "fra");

    refused(1, 5, 4, "e", "a piece of 1 bytes at 4 of 5 (expected: at 3 of 5)");
    refused(1, 6, 3, "me", "a piece of 2 bytes at 3 of 6 (expected: at 3 of 5)");
    refused(1, 5, 3, "more", "a piece of 4 bytes at 3 of 5 (expected: at 3 of 5)");
    refused(1, 5, -1, "e", "a piece of 1 bytes at 4294967295 of 5 (expected: at 3 of 5)");
  }

  @Test
  void aFrameThatIsTooLongOrEmptyIsRefusedAtItsFirstPiece() {
    int most = MeshLimits.LARGE_FRAME_MAX_BYTES;

    for (var total : new int[] {0, -1, most + 1}) {
      refused(
          1,
          total,
          0,
          "f",
          "a frame of %s bytes in pieces (limit: %d)"
              .formatted(Integer.toUnsignedString(total), most));
    }
    assertEquals(0, pieces.size());
  }

  @Test
  void whatATornConnectionStillHeldDoesNotDisplaceTheFramesOfTheNext() {
    int most = MeshLimits.LARGE_FRAMES_AT_A_TIME;
    for (int live = 0; live < most; live++) {
      add(peer, 100 + live, 4, 0, "ab");
    }
    for (int old = 0; old < 2 * most; old++) {
      add(peer, old, 4, 0, "xy");
    }

    for (int live = 0; live < most; live++) {
      assertEquals("abcd", add(peer, 100 + live, 4, 2, "cd").toString());
    }
  }

  @Test
  void ofMoreFramesThanAnHonestPeerSendsAtATimeTheOldestIsForgotten() {
    for (int transfer = 0; transfer <= MeshLimits.LARGE_FRAMES_ARRIVING_MAX; transfer++) {
      add(peer, transfer, 4, 0, "ab");
    }

    assertEquals(MeshLimits.LARGE_FRAMES_ARRIVING_MAX, peer.arriving());
    assertNull(add(peer, 0, 4, 2, "cd"));
    assertEquals("abcd", add(peer, 1, 4, 2, "cd").toString());
  }

  @Test
  void allPeersTogetherBeginNoMoreFramesThanTheLimit() {
    for (int i = 0; i < MeshLimits.PIECES_MAX_FRAMES + 5; i++) {
      add(lane("stranger-" + i), 1, 4, 0, "f");
    }

    assertEquals(MeshLimits.PIECES_MAX_FRAMES, pieces.size());
  }

  @Test
  void allPeersTogetherTakeUpNoMoreBytesThanTheLimit() {
    var megabyte = Buffer.buffer(new byte[1024 * 1024]);
    int most = MeshLimits.PIECES_MAX_BYTES / megabyte.length();
    for (int i = 0; i < most + 3; i++) {
      pieces.add(lane("stranger-" + i), 1, 2 * megabyte.length(), 0, megabyte, 0);
    }

    assertEquals(MeshLimits.PIECES_MAX_BYTES, pieces.bytes());
    assertEquals(most, pieces.size());
  }

  @Test
  void aFrameThatDoesNotGrowIsForgottenAndOneThatDoesIsNot() {
    pieces.add(peer, 1, 9, 0, Buffer.buffer("abc"), 10);
    pieces.add(peer, 2, 9, 0, Buffer.buffer("abc"), 10);
    pieces.add(peer, 2, 9, 3, Buffer.buffer("def"), 20);

    pieces.forgetOlderThan(20);

    assertEquals(1, pieces.size());
    assertEquals(6, pieces.bytes());
    assertEquals(1, peer.arriving());
  }

  @Test
  void whatCameFromAPeerIsForgottenWithIt() {
    var other = lane("other");
    add(peer, 1, 4, 0, "ab");
    add(other, 1, 4, 0, "xy");

    pieces.forget(peer);

    assertNull(add(peer, 1, 4, 2, "cd"));
    assertEquals("xyzz", add(other, 1, 4, 2, "zz").toString());
  }

  private Buffer add(PeerLane from, int transfer, int total, int offset, String bytes) {
    return pieces.add(from, transfer, total, offset, Buffer.buffer(bytes), 0);
  }

  private void refused(int transfer, int total, int offset, String bytes, String why) {
    var refusal =
        assertThrows(
            IllegalArgumentException.class, () -> add(peer, transfer, total, offset, bytes));
    assertEquals(why, refusal.getMessage());
  }

  static PeerLane lane(String node) {
    return lane(new Peer(node, "i"), 0);
  }

  /** Returns a lane whose frames go nowhere. */
  static PeerLane lane(Peer peer, int index) {
    return new PeerLane(
        new Outbox(
            peer,
            index,
            FrameWriter.header("here", "i", 0, peer.incarnation()),
            new Outbox.Network() {
              @Override
              public Future<Void> send(OutboundFrame frame) {
                return Future.succeededFuture();
              }

              @Override
              public void unsent(long request, Throwable failure) {
                throw new AssertionError(failure);
              }

              @Override
              public void lostAnswers(Outbox outbox) {
                throw new AssertionError("nothing is lost here");
              }

              @Override
              public void dirty(Outbox outbox) {
                outbox.flush();
              }
            }));
  }
}
