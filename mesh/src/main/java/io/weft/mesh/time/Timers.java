package io.weft.mesh.time;

import java.time.Duration;

/**
 * Tasks to be run later.
 *
 * <p>A task runs on the context that scheduled it. The handle's {@code cancel} must be called on
 * that context too; then a cancelled task never runs.
 */
@FunctionalInterface
public interface Timers {
  /**
   * Runs a task once, after a delay.
   *
   * @param delay how long to wait; under a millisecond counts as one millisecond
   * @param task what to run; it must not throw
   * @return a handle that can take the task back
   */
  Handle after(Duration delay, Runnable task);

  /** A scheduled task that can still be taken back. */
  @FunctionalInterface
  interface Handle {
    /** Takes the task back; does nothing if it has run or was taken back before. */
    void cancel();
  }
}
