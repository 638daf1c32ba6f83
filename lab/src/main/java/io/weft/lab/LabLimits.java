package io.weft.lab;

import java.time.Duration;

/** The limits of what the whole lab shares, with their units. */
final class LabLimits {
  /** How long a node may take to start, or to stop in order. */
  static final Duration START_MAX = Duration.ofSeconds(90);

  /** Between two looks at a condition. */
  static final Duration LOOK_INTERVAL = Duration.ofMillis(10);

  /** How long the token of a run is good: longer than any run. */
  public static final Duration TOKEN_LIFETIME = Duration.ofDays(30);

  private LabLimits() {}
}
