package io.weft.mesh.bus;

import io.weft.mesh.discovery.Announcement;
import io.weft.mesh.discovery.NodeRecord;
import io.weft.mesh.policy.Epochs;
import io.weft.mesh.policy.PolicyStand;
import io.weft.mesh.policy.Stands;
import io.weft.mesh.time.Ticker;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the nodes of a site tell each other of their policies: with each announcement, the epoch
 * they go by.
 *
 * <p>Safe for use by many threads.
 */
final class PolicyTalk {
  private final Stands stands;
  private volatile @Nullable Epochs<?> epochs;

  PolicyTalk(Ticker ticker) {
    stands = new Stands(ticker);
  }

  /** Says from now on what a node's part in the site's policies has come to. */
  void of(Epochs<?> own) {
    epochs = own;
  }

  /** Returns what this node tells the others. */
  PolicyStand own() {
    var known = epochs;
    return known == null ? PolicyStand.DEFAULT : known.stand();
  }

  void heard(Announcement announcement) {
    stands.heard(announcement.node(), announcement.stand());
    var known = epochs;
    if (known != null) {
      known.heard(announcement.stand());
    }
  }

  /** Takes note of a node that is not used any more; one that was draining left in order. */
  void lost(NodeRecord node) {
    if (node.drains()) {
      stands.left(node.id());
    } else {
      stands.lost(node.id());
    }
  }

  /** Returns what is known of the nodes in use and of those that were lost of late, by id. */
  List<Stands.Known> all(String self, Supplier<List<NodeRecord>> inUse) {
    stands.heard(self, own());
    return stands.all(inUse.get().stream().map(NodeRecord::id).toList());
  }

  /** Looks no more for what the site goes by. */
  void close() {
    var known = epochs;
    if (known != null) {
      known.close();
    }
  }
}
