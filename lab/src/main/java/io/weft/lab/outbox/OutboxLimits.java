package io.weft.lab.outbox;

import java.time.Duration;

/** The limits of the benchmark of the outbox, with their units. */
final class OutboxLimits {
  /** Events per second when the command line does not say. */
  static final int RATE = 10_000;

  /** Events per second at most. */
  static final int RATE_MAX = 1_000_000;

  /** Events that one transaction writes when the command line does not say. */
  static final int PER_TRANSACTION = 5;

  /** Events that one transaction writes at most. */
  static final int PER_TRANSACTION_MAX = 100;

  /** Seconds that are measured when the command line does not say. */
  static final int SECONDS = 30;

  /** Seconds that are measured at most. */
  static final int SECONDS_MAX = 3_600;

  /** Seconds of the same load before that. */
  static final int WARM_UP_SECONDS = 5;

  /** Connections that write. */
  static final int CONNECTIONS = 8;

  /** Transactions that wait for a connection or are at work; what is due then is left out. */
  static final int OUTSTANDING_MAX = 256;

  /** How often transactions that are due are begun. */
  static final Duration TICK = Duration.ofMillis(1);

  /** How often the table is looked at. */
  static final Duration LOOK_INTERVAL = Duration.ofSeconds(1);

  /** How long the last events may take to arrive. */
  static final Duration DRAIN_MAX = Duration.ofSeconds(30);

  /** The longest latency that is told apart. */
  static final Duration LATENCY_MAX = Duration.ofMinutes(1);

  private OutboxLimits() {}
}
