package io.weft.mesh.policy;

import io.weft.mesh.MeshLimits;
import io.weft.mesh.time.Ticker;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which policies the other nodes of a site go by, as far as this one has heard.
 *
 * <p>A node that was lost, rather than left in order, is remembered for a while: whoever cannot
 * reach it may be the one that is cut off. Safe for use by many threads.
 */
public final class Stands {
  private final Ticker ticker;
  private final Map<String, Entry> entries = new ConcurrentHashMap<>();

  private record Entry(PolicyStand stand, boolean lost, long sinceNanos) {}

  /**
   * What is known of one node.
   *
   * @param node the node's id
   * @param stand which policies it goes by
   * @param lost whether it has not been heard since it was lost
   */
  public record Known(String node, PolicyStand stand, boolean lost) {}

  /** Creates a picture of nobody. */
  public Stands(Ticker ticker) {
    this.ticker = ticker;
  }

  /** Takes note of a node's announcement. */
  public void heard(String node, PolicyStand stand) {
    entries.put(node, new Entry(stand, false, ticker.nanos()));
  }

  /** Takes note that a node was lost while it was in use. */
  public void lost(String node) {
    entries.computeIfPresent(node, (id, entry) -> new Entry(entry.stand(), true, ticker.nanos()));
  }

  /** Forgets a node that left in order. */
  public void left(String node) {
    entries.remove(node);
  }

  /** Returns what is known of the nodes in use and of those that were lost of late, by id. */
  public List<Known> all(Collection<String> inUse) {
    long keptNanos = MeshLimits.RECORD_KEPT.toNanos();
    entries
        .entrySet()
        .removeIf(
            e ->
                !inUse.contains(e.getKey())
                    && ticker.nanos() - e.getValue().sinceNanos() > keptNanos);
    var known = new ArrayList<Known>();
    for (var id : inUse) {
      var entry = entries.get(id);
      known.add(new Known(id, entry == null ? PolicyStand.DEFAULT : entry.stand(), false));
    }
    entries.forEach(
        (id, entry) -> {
          if (entry.lost() && !inUse.contains(id)) {
            known.add(new Known(id, entry.stand(), true));
          }
        });
    known.sort(Comparator.comparing(Known::node));
    return List.copyOf(known);
  }
}
