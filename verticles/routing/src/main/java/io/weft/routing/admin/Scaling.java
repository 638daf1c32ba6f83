package io.weft.routing.admin;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How many instances of services live across the site, and which nodes take them on; the node does
 * it.
 *
 * <p>Futures complete on the context that called. They fail with a {@link
 * io.weft.routing.problem.ProblemException}, a {@link io.weft.mesh.MeshFailure} or a {@link
 * io.weft.mesh.policy.PolicyException} when nothing was done.
 */
public interface Scaling {
  /**
   * What is to be done.
   *
   * @param services the number of live instances by service
   * @param zone the zone to which the numbers refer; null for the whole site
   * @param dryRun whether only to say what would be done
   * @param expected the epoch of the desired counts that the change was made for; null for
   *     whichever it is
   */
  record Wanted(
      Map<String, Integer> services,
      @Nullable String zone,
      boolean dryRun,
      @Nullable Long expected) {
    /** Copies the map, by name. */
    public Wanted {
      services = Collections.unmodifiableMap(new TreeMap<>(services));
    }
  }

  /**
   * What a plan of capacity is made for.
   *
   * @param service the service whose target is to be held; null for all
   * @param p99Millis what 99 % of the answers are to take at most, in milliseconds
   * @param rate for so many times the present rate
   */
  record Target(@Nullable String service, double p99Millis, double rate) {}

  /** Scales services; returns what was done, where, in how long, and what failed meanwhile. */
  Future<JsonObject> scale(Wanted wanted);

  /** Returns how many instances there are to be, how many there are, and why. */
  JsonObject show();

  /**
   * Has a node give its work up, and run on without.
   *
   * @param force whether to do so although a service then has no instance any more
   * @param dryRun whether only to say what would be done, or why it is refused
   */
  Future<JsonObject> drain(String node, boolean force, boolean dryRun);

  /** Has a node take work on again. */
  Future<JsonObject> undrain(String node);

  /** Plans how many instances hold a target of latency, and where they fit. */
  Future<JsonObject> plan(Target target);
}
