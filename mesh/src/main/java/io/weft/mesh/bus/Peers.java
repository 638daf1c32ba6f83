package io.weft.mesh.bus;

import io.weft.mesh.MeshLimits;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The nodes that one lane has sent to or heard from, by name and incarnation.
 *
 * <p>Whoever reaches the bus can name itself as it likes, so the number of their lanes is bounded,
 * and those that are not in use are forgotten. For the lane's event loop.
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
    var peer = find(node, incarnation);
    var found = peer == null ? null : peer.known(lane);
    if (found == null) {
      found = add(node, incarnation, lane);
    }
    found.use();
    return found;
  }

  /** Returns how many lanes of other nodes are remembered. */
  int size() {
    return count;
  }

  private @Nullable Peer find(String node, String incarnation) {
    var known = byNode.get(node);
    return known == null ? null : known.get(incarnation);
  }

  private PeerLane add(String node, String incarnation, int lane) {
    if (count >= MeshLimits.PEER_LANES_MAX) {
      forgetIf(Peer::idle);
    }
    if (count >= MeshLimits.PEER_LANES_MAX) {
      throw new IllegalArgumentException(
          "lane "
              + lane
              + " of node "
              + node
              + " is one too many (limit: "
              + MeshLimits.PEER_LANES_MAX
              + ")");
    }
    count++;
    return byNode
        .computeIfAbsent(node, name -> new HashMap<>())
        .computeIfAbsent(incarnation, name -> new Peer(node, incarnation))
        .add(lane, maker);
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
      count -= peer.lanes().size();
    }
    if (known.isEmpty()) {
      byNode.remove(node);
    }
    return peer;
  }

  /** Forgets those that are idle and were not used since this was last called. */
  void forgetUnused() {
    forgetIf(peer -> peer.unusedSince() && peer.idle());
  }

  private void forgetIf(Predicate<Peer> condition) {
    for (var node : List.copyOf(byNode.keySet())) {
      for (var peer : of(node)) {
        if (condition.test(peer)) {
          remove(node, peer.incarnation());
        }
      }
    }
  }
}
