package io.weft.mesh.policy;

import io.weft.mesh.MeshLimits;
import io.weft.mesh.Priority;
import org.jspecify.annotations.Nullable;

/**
 * What an instance takes on.
 *
 * @param runningMax how many calls one instance runs at most, at least 1; the adaptive limit stays
 *     below
 * @param queueMax how many calls wait at one instance, 0 for none
 * @param priority the priority of calls whose callers do not say
 * @param rate how many calls one instance takes on, or null for any number
 */
public record AdmissionPolicy(
    int runningMax, int queueMax, Priority priority, @Nullable RateLimit rate) {
  /** What counts where nobody said anything. */
  public static final AdmissionPolicy DEFAULT =
      new AdmissionPolicy(
          MeshLimits.INSTANCE_RUNNING_MAX, MeshLimits.INSTANCE_QUEUE_MAX, Priority.NORMAL, null);

  /**
   * A token bucket.
   *
   * @param perSecond tokens that come each second, over 0
   * @param burst tokens that it holds at most, at least 1
   * @param by the attribute that has a bucket for each of its values, or null for one bucket
   */
  public record RateLimit(double perSecond, int burst, @Nullable String by) {}
}
