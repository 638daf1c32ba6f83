package io.weft.mesh.policy;

import io.weft.mesh.MeshLimits;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How an endpoint is chosen.
 *
 * @param algorithm how, among those that may be chosen
 * @param hashBy the attribute that {@link Algorithm#CONSISTENT_HASH} goes by, or null; a call
 *     without it is balanced by latency
 * @param loadBound how many times the mean of the requests in flight an endpoint of the ring may
 *     have before the next one is taken, over 1
 * @param locality how near an endpoint is to be
 * @param spillOver how many times as dear as the far ones, per endpoint, the near ones may be
 *     before the far ones are used too, at least 1
 * @param slowStart how long a new instance gets less than its full share; zero for not at all
 */
public record BalancePolicy(
    Algorithm algorithm,
    @Nullable String hashBy,
    double loadBound,
    Locality locality,
    double spillOver,
    Duration slowStart) {
  /** What counts where nobody said anything. */
  public static final BalancePolicy DEFAULT =
      new BalancePolicy(
          Algorithm.PEAK_EWMA,
          null,
          MeshLimits.HASH_LOAD_BOUND,
          Locality.NONE,
          MeshLimits.SPILL_OVER,
          MeshLimits.SLOW_START);

  /** How one is chosen among those that may be. */
  public enum Algorithm {
    /** The cheaper of two drawn at random: latency by peak EWMA times requests in flight. */
    PEAK_EWMA,
    /** The one of two drawn at random that has fewer requests in flight. */
    LEAST_REQUESTS,
    /** One after the other. */
    ROUND_ROBIN,
    /** Drawn at random. */
    RANDOM,
    /** The same for the same attribute, as long as its load allows, however near or far it is. */
    CONSISTENT_HASH
  }

  /** How near an endpoint is to be as long as near ones are well. */
  public enum Locality {
    /** As near as any. */
    NONE,
    /** On the caller's node, else in its zone, else in its site. */
    NODE,
    /** In the caller's zone, else in its site. */
    ZONE
  }
}
