package io.weft.node;

import io.weft.mesh.MeshLimits;
import java.time.Duration;

/** Every limit, timeout and default of the node, with its unit. */
public final class NodeLimits {
  /** Instances of one service on one node. */
  public static final int INSTANCES_MAX = 64;

  /** Instances for which {@code cores} stands at most, however many cores there are. */
  public static final int INSTANCES_FOR_CORES_MAX = 4;

  /** Bytes in a settings file. */
  public static final int SETTINGS_FILE_MAX_BYTES = 64 * 1024;

  /** Characters in one value of a setting. */
  public static final int SETTING_MAX_CHARS = SETTINGS_FILE_MAX_BYTES;

  /** Seeds that a node may be told to join. */
  public static final int SEEDS_MAX = 64;

  /** Bytes in a node file, as written under {@code <data>/nodes}. */
  public static final int NODE_FILE_MAX_BYTES = 64 * 1024;

  /** How long a node may take to become ready before the start counts as failed. */
  public static final Duration START_TIMEOUT = Duration.ofMinutes(2);

  /** How long a service's check may take before it counts as failed. */
  public static final Duration CHECK_TIMEOUT = Duration.ofSeconds(2);

  /**
   * How long a node may take to stop; then it exits whatever still runs. Longer than two drains:
   * first the gateway's, then that of the services behind it.
   */
  public static final Duration STOP_TIMEOUT =
      MeshLimits.DRAIN_TIMEOUT.multipliedBy(2).plusSeconds(5);

  /** How long the embedded PostgreSQL may be away before the node tries to start it again. */
  public static final Duration POSTGRES_WATCH_INTERVAL = Duration.ofSeconds(1);

  /** How long one node may take to change its number of instances. */
  public static final Duration SCALE_STEP_TIMEOUT = MeshLimits.DRAIN_TIMEOUT.plusSeconds(5);

  /** How long the registry may take to show what a change of scale did. */
  public static final Duration SCALE_VISIBLE_TIMEOUT = Duration.ofSeconds(10);

  /** How often the registry is looked at while waiting for a change of scale. */
  public static final Duration SCALE_POLL_INTERVAL = Duration.ofMillis(20);

  /** Changes of scale that may wait for one before them on one node. */
  public static final int SCALE_WAITING_MAX = 64;

  /** Attempts that a policy may allow one call. */
  public static final int POLICY_ATTEMPTS_MAX = 8;

  /** Problems of a policy file that are told; further ones are counted. */
  public static final int POLICY_PROBLEMS_MAX = 20;

  /** How long a change of policies waits for every node to go by it. */
  public static final Duration POLICY_ACKNOWLEDGED_TIMEOUT = Duration.ofSeconds(5);

  /** How often it is looked whether they do. */
  public static final Duration POLICY_POLL_INTERVAL = Duration.ofMillis(20);

  /** How long a command waits for the admin API of a node. */
  public static final Duration ADMIN_TIMEOUT = Duration.ofSeconds(3);

  /** How long a token is good that a command issues for itself. */
  public static final Duration TOKEN_LIFETIME = Duration.ofDays(1);

  /** How long {@code stop} waits for a node beyond the time that the node gives itself. */
  public static final Duration STOP_MARGIN = Duration.ofSeconds(5);

  /** Bytes in one log file before the next one is begun. */
  public static final long LOG_FILE_MAX_BYTES = 16L * 1024 * 1024;

  /** Log files that are kept beside the current one. */
  public static final int LOG_FILES_KEPT = 3;

  /** Log lines that may wait to be written before further ones are dropped and counted. */
  public static final int LOG_QUEUE_MAX = 8_192;

  /** How long the last log lines may take to be written when the node stops. */
  public static final Duration LOG_FLUSH_TIMEOUT = Duration.ofSeconds(1);

  /** Origins of web pages that may call the API. */
  public static final int ORIGINS_MAX = 64;

  private NodeLimits() {}
}
