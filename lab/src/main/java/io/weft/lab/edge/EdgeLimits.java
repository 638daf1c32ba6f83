package io.weft.lab.edge;

import java.time.Duration;

/** Every limit and timeout of the hostile run over HTTP, with its unit. */
final class EdgeLimits {
  /** Seconds of each attack when the command line does not say. */
  static final int SECONDS = 20;

  /** Seconds of each attack that may be asked for. */
  static final int SECONDS_MAX = 3_600;

  /** Time between two honest requests. */
  static final Duration HONEST_INTERVAL = Duration.ofMillis(20);

  /** How long an honest request may take before it counts as failed. */
  static final Duration HONEST_TIMEOUT = Duration.ofSeconds(5);

  /** Honest requests before the first attack, so that the node is warm. */
  static final Duration WARM_UP = Duration.ofSeconds(5);

  /** Time between two bytes of an attacker that is slow on purpose. */
  static final Duration DRIP = Duration.ofMillis(500);

  /** Bytes that an attacker that is in a hurry sends at a time. */
  static final int PIECE_BYTES = 1_024;

  /**
   * Memory of the node's process: heap, direct memory, metaspace and stacks as scripts/weft has.
   */
  static final long RESIDENT_MAX_BYTES = 900L * 1024 * 1024;

  /** How long a process may take to count what is alive in its heap. */
  static final Duration HISTOGRAM_MAX = Duration.ofSeconds(30);

  /** Bytes of the head or body that an attacker sends before it falls silent. */
  static final int SILENT_BYTES = 10 * 1024;

  /** Bytes of heap that one connection of the attackers may hold. */
  static final long PER_CONNECTION_MAX_BYTES = 1024 * 1024;

  private EdgeLimits() {}
}
