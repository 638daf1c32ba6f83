package io.weft.mesh.policy;

import io.weft.mesh.MeshLimits;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * When an endpoint is left out, and for how long.
 *
 * @param consecutiveFailures so many failures in a row eject it, at least 1
 * @param errorRate the share of failures in the window that ejects it, over 0 to 1
 * @param slowCall answers that take longer count as slow; null for none
 * @param slowRate the share of slow answers in the window that ejects it, over 0 to 1
 * @param volumeMin attempts in the window below which no share counts
 * @param window the time over which shares are taken, at least a second and at most {@link
 *     MeshLimits#BREAKER_WINDOW_MAX}; counted in whole seconds
 * @param ejection how long it is left out the first time, unless several probes in a row are good;
 *     it doubles with each further time
 * @param ejectionMax how long it is left out at most
 * @param ejectedShareMax the share of a service's endpoints that are left out at most, 0 to 1; the
 *     last one never is
 */
public record BreakerPolicy(
    int consecutiveFailures,
    double errorRate,
    @Nullable Duration slowCall,
    double slowRate,
    int volumeMin,
    Duration window,
    Duration ejection,
    Duration ejectionMax,
    double ejectedShareMax) {
  /** What counts where nobody said anything. */
  public static final BreakerPolicy DEFAULT =
      new BreakerPolicy(
          MeshLimits.BREAKER_CONSECUTIVE_FAILURES,
          MeshLimits.BREAKER_ERROR_RATE,
          null,
          MeshLimits.BREAKER_SLOW_RATE,
          MeshLimits.BREAKER_VOLUME_MIN,
          MeshLimits.BREAKER_WINDOW,
          MeshLimits.EJECTION,
          MeshLimits.EJECTION_MAX,
          MeshLimits.EJECTED_SHARE_MAX);
}
