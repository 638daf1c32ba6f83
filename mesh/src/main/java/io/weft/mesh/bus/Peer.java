package io.weft.mesh.bus;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One incarnation of another node, as one lane knows it: its lanes that anything went to or came
 * from.
 *
 * <p>For the lane's event loop.
 */
final class Peer {
  private final String node;
  private final String incarnation;
  private final List<@Nullable PeerLane> lanes = new ArrayList<>(1);

  Peer(String node, String incarnation) {
    this.node = node;
    this.incarnation = incarnation;
  }

  String node() {
    return node;
  }

  String incarnation() {
    return incarnation;
  }

  /** Returns one of the peer's lanes, or null if nothing went to it or came from it yet. */
  @Nullable PeerLane known(int index) {
    return index < lanes.size() ? lanes.get(index) : null;
  }

  /** Adds one of the peer's lanes. */
  PeerLane add(int index, Peers.Maker maker) {
    while (lanes.size() <= index) {
      lanes.add(null);
    }
    var lane = maker.make(this, index);
    lanes.set(index, lane);
    return lane;
  }

  /** Returns those of the peer's lanes that anything went to or came from. */
  List<PeerLane> lanes() {
    var known = new ArrayList<PeerLane>();
    for (var lane : lanes) {
      if (lane != null) {
        known.add(lane);
      }
    }
    return known;
  }

  boolean idle() {
    return lanes().stream().allMatch(PeerLane::idle);
  }

  /** Returns whether nothing went to or came from any of its lanes since this was last asked. */
  boolean unusedSince() {
    boolean unused = true;
    for (var lane : lanes()) {
      unused &= lane.unusedSince();
    }
    return unused;
  }
}
