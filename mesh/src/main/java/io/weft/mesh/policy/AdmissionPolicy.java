package io.weft.mesh.policy;

import io.weft.mesh.MeshLimits;
import io.weft.mesh.Priority;
import org.jspecify.annotations.Nullable;

/**
 * What an instance takes on.
 *
 * <p>How many run and wait is of the instance as a whole, whatever it is asked, so what is said of
 * its service counts; priority and rate are of each operation.
 *
 * @param runningMax how many calls one instance runs at most, at least 1; the adaptive limit stays
 *     below
 * @param queueMax how many calls wait at one instance, 0 for none
 * @param priority the priority of calls whose callers do not say
 * @param rate how many calls of one operation one instance takes on, or null for any number
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
   * @param by the attribute that has a bucket for each of its values, or null for one bucket; calls
   *     without it share one
   */
  public record RateLimit(double perSecond, int burst, @Nullable String by) {}
}
