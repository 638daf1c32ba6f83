package io.weft.lab.link;

import java.time.Duration;
import java.util.List;

/** The limits of the benchmark of calls between sites, with their units. */
final class LinkLimits {
  /** Seconds of each measurement when the command line does not say. */
  static final int SECONDS = 3;

  /** Seconds of each measurement at most. */
  static final int SECONDS_MAX = 600;

  /** How often all is measured when the command line does not say. */
  static final int ROUNDS = 3;

  /** How often all is measured at most. */
  static final int ROUNDS_MAX = 100;

  /** Calls outstanding at a time when the command line does not say. */
  static final List<Integer> CONCURRENCY = List.of(1, 64);

  /** Calls outstanding at a time at most; a link takes no more. */
  static final int CONCURRENCY_MAX = 1_000;

  /** How long the calls that are outstanding in the end are waited for. */
  static final Duration DRAIN = Duration.ofSeconds(5);

  /** How long both sites may take until they are linked and the service answers. */
  static final Duration PATIENCE = Duration.ofSeconds(30);

  /** How often it is looked whether they do. */
  static final Duration LOOK = Duration.ofMillis(50);

  private LinkLimits() {}
}
