package io.weft.lab.call;

import java.time.Duration;
import java.util.List;

/** Every limit, timeout and default of the call benchmark, with its unit. */
final class CallLimits {
  /** The calls outstanding at a time, one measurement each. */
  static final List<Integer> CONCURRENCY = List.of(1, 64, 256);

  /** The most calls outstanding at a time. */
  static final int CONCURRENCY_MAX = 4_096;

  /** Seconds of one measurement. */
  static final int SECONDS = 5;

  /** The longest measurement, in seconds. */
  static final int SECONDS_MAX = 600;

  /** How often everything is measured; the medians are reported. */
  static final int ROUNDS = 3;

  /** The most rounds. */
  static final int ROUNDS_MAX = 100;

  /** How long a process may take until it can serve or call. */
  static final Duration START_TIMEOUT = Duration.ofSeconds(90);

  /** How long a client looks for its server before it gives up. */
  static final Duration FIRST_CALL_TIMEOUT = Duration.ofSeconds(30);

  /** How long a first call may go unanswered before it is made again. */
  static final Duration FIRST_CALL_PATIENCE = Duration.ofSeconds(2);

  /** The pause between two first calls. */
  static final Duration FIRST_CALL_PAUSE = Duration.ofMillis(100);

  /** How long the calls that are outstanding at the end of a measurement are waited for. */
  static final Duration DRAIN_TIMEOUT = Duration.ofSeconds(15);

  /** How much longer than its measurements a process may take to tell of them. */
  static final Duration ANSWER_SLACK = Duration.ofSeconds(30);

  /** How long a broker may take until it takes connections. */
  static final Duration BROKER_TIMEOUT = Duration.ofSeconds(45);

  /** Failed calls after which one measurement stops calling: what fails at once would spin. */
  static final int ERRORS_MAX = 10_000;

  /** The shortest latency that is told from none, in nanoseconds. */
  static final long LATENCY_MIN_NANOS = 100;

  /** The longest latency that is recorded as it is, in nanoseconds. */
  static final long LATENCY_MAX_NANOS = Duration.ofSeconds(60).toNanos();

  /** Significant decimal digits of a latency. */
  static final int LATENCY_DIGITS = 3;

  private CallLimits() {}
}
