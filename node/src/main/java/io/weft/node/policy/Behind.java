package io.weft.node.policy;

import io.weft.mesh.policy.PolicyStand;
import io.weft.mesh.policy.Stands.Known;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Whether a node's policies are behind those of its site, as far as the node itself can tell. */
final class Behind {
  private Behind() {}

  /**
   * Returns in what way a node is behind, or may be, in words; null when it is not.
   *
   * @param self the node's id
   * @param own which policies it goes by
   * @param stands which policies the nodes go by
   */
  static @Nullable String of(String self, PolicyStand own, List<Known> stands) {
    var others = stands.stream().filter(known -> !known.node().equals(self)).toList();
    long newest =
        others.stream()
            .map(known -> known.stand().epoch())
            .max(Comparator.naturalOrder())
            .orElse(own.epoch());
    if (own.refused() != null) {
      return "epoch " + own.epoch() + ", as it cannot read a newer one: " + own.refused();
    }
    if (newest > own.epoch()) {
      return "epoch " + own.epoch() + ", site has " + newest;
    }
    var lost = others.stream().filter(Known::lost).map(Known::node).toList();
    // Whoever hears of fewer nodes than it has lost is more likely the one that is cut off.
    return lost.size() <= others.size() - lost.size()
        ? null
        : "epoch "
            + own.epoch()
            + ", and perhaps behind: it does not hear of "
            + lost.stream().collect(Collectors.joining(", "));
  }
}
