package io.weft.mesh.policy;

import io.weft.mesh.MeshLimits;
import java.time.Duration;

/**
 * How often and when a call is tried again; what may be tried again, failures say.
 *
 * @param attemptsMax how many attempts one call may make, the first included, 1 to 8
 * @param backoff the longest wait before the second attempt; it doubles with each further one
 * @param budgetRatio retries that each answered call earns for its service, 0 to 1
 * @param reservePerSecond retries per second besides those that are earned
 */
public record RetryPolicy(
    int attemptsMax, Duration backoff, double budgetRatio, double reservePerSecond) {
  /** What counts where nobody said anything. */
  public static final RetryPolicy DEFAULT =
      new RetryPolicy(
          MeshLimits.ATTEMPTS_MAX,
          MeshLimits.RETRY_BACKOFF,
          MeshLimits.RETRY_BUDGET_RATIO,
          MeshLimits.RETRY_BUDGET_RESERVE_PER_SECOND);
}
