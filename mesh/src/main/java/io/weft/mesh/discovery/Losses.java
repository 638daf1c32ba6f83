package io.weft.mesh.discovery;

import io.weft.mesh.MeshLimits;
import io.weft.mesh.discovery.NodeRecord.State;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The nodes that one node has lost and not heard again, for those who ask where they are: a node
 * that is not believed is in no picture, and its record is dropped before long.
 *
 * <p>One that is still a member of the cluster is missing for as long as it is; of all others it is
 * not known whether they are to come again, so they are forgotten after {@link
 * MeshLimits#RECORD_KEPT}. There are {@link MeshLimits#LOSSES_MAX} at most; the oldest makes room.
 * For the event loop of its registry.
 */
final class Losses {
  private static final long KEPT_NANOS = MeshLimits.RECORD_KEPT.toNanos();

  /** By node, the oldest first. */
  private final Map<String, Loss> losses = new LinkedHashMap<>();

  private record Loss(NodeRecord record, long heardNanos, String why) {}

  /**
   * Takes note of a node that is not used any more. A guest is nobody's loss, and who was leaving
   * has left; but a node that drains and is a member still, yet silent, has not.
   */
  void add(NodeRecord record, Set<String> members, long heardNanos, String why) {
    boolean left = record.drains() && !members.contains(record.member());
    if (record.state() == State.GUEST || left) {
      return;
    }
    losses.remove(record.id());
    losses.put(record.id(), new Loss(record, heardNanos, why));
    if (losses.size() > MeshLimits.LOSSES_MAX) {
      losses.remove(losses.keySet().iterator().next());
    }
  }

  /** Takes note that a node is there again, or has left in order after all. */
  void forget(String node) {
    losses.remove(node);
  }

  /** Returns all that are missing, by id. */
  List<MissingNode> all(Set<String> members, long now) {
    losses.values().removeIf(loss -> over(loss, members, now));
    return losses.values().stream()
        .map(
            loss ->
                new MissingNode(
                    loss.record.id(),
                    members.contains(loss.record.member()),
                    Duration.ofNanos(now - loss.heardNanos),
                    loss.why))
        .sorted(Comparator.comparing(MissingNode::node))
        .toList();
  }

  /** One that drained and has left the cluster since has come to its end. */
  private static boolean over(Loss loss, Set<String> members, long now) {
    return !members.contains(loss.record.member())
        && (loss.record.drains() || now - loss.heardNanos > KEPT_NANOS);
  }
}
