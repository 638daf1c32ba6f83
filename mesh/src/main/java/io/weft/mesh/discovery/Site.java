package io.weft.mesh.discovery;

import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What the nodes of a site share: the map of their records, and who is a member.
 *
 * <p>Reads are local and may be behind; writes reach the others in the end. Nothing in it is
 * trusted for longer than its owner's lease.
 */
public interface Site {
  /** Writes a node's record in place of its earlier one. */
  Future<Void> put(NodeRecord record);

  /** Removes a node's record, if it is still that of this incarnation. */
  Future<Void> remove(String node, String incarnation);

  /** Returns a node's record. */
  Optional<NodeRecord> get(String node);

  /** Returns all records that can be read. */
  List<NodeRecord> all();

  /** Returns the ids of the present members; empty when there is no notion of membership. */
  Set<String> members();

  /** Names the one listener. */
  void listen(Listener listener);

  /** Who is told of changes, on any thread. */
  interface Listener {
    /** A record was written. */
    void put(NodeRecord record);

    /** A node's record was removed. */
    void removed(String node);

    /** Members came or left, or two halves of the site came together again. */
    void membersChanged();

    /** This node's part in the site is over: it is a member no more, and will not be one again. */
    default void ended() {}
  }
}
