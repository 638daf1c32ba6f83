package io.weft.mesh.time;

/**
 * A monotonic clock, in nanoseconds from an arbitrary origin.
 *
 * <p>Only differences between two readings of one ticker mean anything. Safe for use by many
 * threads.
 */
@FunctionalInterface
public interface Ticker {
  /** Returns the present reading, in nanoseconds; never smaller than an earlier one. */
  long nanos();

  /** Returns the ticker of the running machine. */
  static Ticker system() {
    return System::nanoTime;
  }
}
