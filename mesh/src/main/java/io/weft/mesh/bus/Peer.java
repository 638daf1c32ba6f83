package io.weft.mesh.bus;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One incarnation of another node, as one lane knows it: the outboxes to its lanes, what arrives in
 * pieces from them, and what is being served for them.
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

  /** Returns one of the peer's lanes, made at the first time. */
  PeerLane lane(int index, Peers.Maker maker) {
    while (lanes.size() <= index) {
      lanes.add(null);
    }
    var lane = lanes.get(index);
    if (lane == null) {
      lane = maker.make(this, index);
      lanes.set(index, lane);
    }
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
}
