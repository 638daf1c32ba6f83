package io.weft.mesh.bus;

import io.weft.mesh.MeshLimits;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The nodes that one lane has sent to or heard from, by name and incarnation.
 *
 * <p>Whoever reaches the bus can name itself as it likes, so their number is bounded. For the
 * lane's event loop.
 */
final class Peers {
  private final Map<String, Map<String, Peer>> byNode = new HashMap<>();
  private final Maker maker;
  private int count;

  /** Makes what belongs to one lane of a peer. */
  @FunctionalInterface
  interface Maker {
    PeerLane make(Peer peer, int lane);
  }

  Peers(Maker maker) {
    this.maker = maker;
  }

  /**
   * Returns one lane of a node, made at the first time.
   *
   * @throws IllegalArgumentException if there are too many, or it cannot exist
   */
  PeerLane lane(String node, String incarnation, int lane) {
    if (lane >= MeshLimits.LANES_MAX) {
      throw new IllegalArgumentException(
          "lane " + lane + " of node " + node + " (limit: " + MeshLimits.LANES_MAX + ")");
    }
    var known = byNode.get(node);
    var peer = known == null ? null : known.get(incarnation);
    if (peer == null) {
      peer = add(node, incarnation);
    }
    return peer.lane(lane, maker);
  }

  private Peer add(String node, String incarnation) {
    if (count >= MeshLimits.PEERS_MAX) {
      forgetIdle();
    }
    if (count >= MeshLimits.PEERS_MAX) {
      throw new IllegalArgumentException(
          "node " + node + " is one too many (limit: " + MeshLimits.PEERS_MAX + ")");
    }
    var peer = new Peer(node, incarnation);
    byNode.computeIfAbsent(node, name -> new HashMap<>()).put(incarnation, peer);
    count++;
    return peer;
  }

  /** Returns the incarnations of a node. */
  Collection<Peer> of(String node) {
    return List.copyOf(byNode.getOrDefault(node, Map.of()).values());
  }

  /** Returns all incarnations of all nodes. */
  List<Peer> all() {
    return byNode.values().stream().flatMap(known -> known.values().stream()).toList();
  }

  /** Forgets an incarnation, and returns it if it was known. */
  @Nullable Peer remove(String node, String incarnation) {
    var known = byNode.get(node);
    if (known == null) {
      return null;
    }
    var peer = known.remove(incarnation);
    if (peer != null) {
      count--;
    }
    if (known.isEmpty()) {
      byNode.remove(node);
    }
    return peer;
  }

  private void forgetIdle() {
    for (var node : List.copyOf(byNode.keySet())) {
      for (var peer : of(node)) {
        if (peer.idle()) {
          remove(node, peer.incarnation());
        }
      }
    }
  }
}
