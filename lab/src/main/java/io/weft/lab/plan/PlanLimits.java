package io.weft.lab.plan;

import java.time.Duration;

/** Every limit, size and default of the check of plans, with its unit. */
final class PlanLimits {
  /** Seconds of each measurement. */
  static final int SECONDS = 40;

  /** The longest measurement, in seconds. */
  static final int SECONDS_MAX = 600;

  /** Before each measurement, so that lines are as long as they usually are. */
  static final Duration WARM_UP = Duration.ofSeconds(4);

  /** How long a call takes on average that does not wait. */
  static final Duration SERVICE = Duration.ofMillis(40);

  /** Calls that one instance runs at a time. */
  static final int SERVERS = 7;

  /** How often calls that are due are begun. */
  static final Duration TICK = Duration.ofMillis(1);

  /** By which share a prediction may be off. */
  static final double ERROR_MAX = 0.25;

  /** How long a call may take. */
  static final Duration TIMEOUT = Duration.ofSeconds(60);

  /** How long starting and stopping may take. */
  static final Duration PATIENCE = Duration.ofSeconds(90);

  private PlanLimits() {}
}
