package io.weft.lab.stall;

import java.time.Duration;

/** Every limit, size and default of the stall, with its unit. */
final class StallLimits {
  /** Seconds for which the peer stands still. */
  static final int SECONDS = 30;

  /** The longest stall, in seconds. */
  static final int SECONDS_MAX = 600;

  /** Event loops that call. */
  static final int CALLING_LOOPS = 2;

  /** Callers of each calling loop that send small bodies, each one call at a time. */
  static final int SMALL_CALLERS = 224;

  /** Callers of each calling loop that send larger bodies. */
  static final int LARGER_CALLERS = 32;

  /** Bytes of a small body. */
  static final int SMALL_BYTES = 1024;

  /** Bytes of a larger body. */
  static final int LARGER_BYTES = 64 * 1024;

  /** How long calls run before the stall, and again after it, before the heap is looked at. */
  static final Duration STEADY = Duration.ofSeconds(10);

  /** Periods after the stall, of which one must show the heap where it was before. */
  static final int SETTLE_PERIODS = 3;

  /** Between two looks at the heap. */
  static final Duration LOOK_INTERVAL = Duration.ofSeconds(1);

  /** How long a process may take to start, and calls to go through again after the stall. */
  static final Duration PATIENCE = Duration.ofSeconds(60);

  /** By how much of what it was before the heap may differ. */
  static final double HEAP_RATIO_MAX = 1.10;

  /** Attempts per call during the stall: one, the budget's share, and its reserve. */
  static final double ATTEMPTS_RATIO_MAX = 1.35;

  private StallLimits() {}
}
