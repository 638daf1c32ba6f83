package io.weft.mesh.policy;

import io.weft.mesh.MeshFailure;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which version is called, and what is done to the calls on purpose.
 *
 * @param routes the first whose match fits decides on the version; when none fits, any is called
 * @param mirror of which calls a copy is sent elsewhere, or null for none
 * @param faults what is done to calls on purpose; each whose match fits has its chance
 */
public record TrafficPolicy(List<Route> routes, @Nullable Mirror mirror, List<Fault> faults) {
  /** Any version, no copies, no faults. */
  public static final TrafficPolicy NONE = new TrafficPolicy(List.of(), null, List.of());

  /** Copies the lists. */
  public TrafficPolicy {
    routes = List.copyOf(routes);
    faults = List.copyOf(faults);
  }

  /** Returns whether calls go on as they are. */
  public boolean none() {
    return routes.isEmpty() && mirror == null && faults.isEmpty();
  }

  /**
   * A rule for the version.
   *
   * @param match the attributes that a call must have; none for every call
   * @param splits the versions and their shares, which add up to 100
   * @param by the attribute whose value decides on the share, so that equal values meet the same
   *     version; a call without it, or null, is drawn for
   */
  public record Route(Map<String, String> match, List<Split> splits, @Nullable String by) {
    /** Copies the collections. */
    public Route {
      match = Map.copyOf(match);
      splits = List.copyOf(splits);
    }
  }

  /**
   * A version's share.
   *
   * @param version the version of the instances
   * @param percent how many calls of a hundred go there, 0 to 100
   */
  public record Split(String version, int percent) {}

  /**
   * Copies of queries, whose answers nobody waits for.
   *
   * @param version the version that gets the copies
   * @param percent how many calls of a hundred are copied, over 0 to 100
   */
  public record Mirror(String version, double percent) {}

  /**
   * A fault on purpose.
   *
   * @param match the attributes that a call must have; none for every call
   * @param percent how many calls of a hundred it meets, over 0 to 100
   * @param delay how much later those calls begin; zero for not later
   * @param abort what those calls fail with, or null for nothing
   */
  public record Fault(
      Map<String, String> match, double percent, Duration delay, @Nullable Abort abort) {
    /** Copies the map. */
    public Fault {
      match = Map.copyOf(match);
    }
  }

  /** What a call can be made to fail with. */
  public enum Abort {
    /** As {@link MeshFailure.NotSent}. */
    NOT_SENT,
    /** As {@link MeshFailure.Rejected}, for {@code UNAVAILABLE}. */
    REJECTED,
    /** As {@link MeshFailure.Unknown}. */
    UNKNOWN
  }
}
