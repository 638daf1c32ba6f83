package io.weft.node;

import io.weft.mesh.MeshLimits;
import java.time.Duration;
import java.time.Instant;

/** Every limit, timeout and default of the node, with its unit. */
public final class NodeLimits {
  /** Instances of one service on one node. */
  public static final int INSTANCES_MAX = 64;

  /** Instances for which {@code cores} stands at most, however many cores there are. */
  public static final int INSTANCES_FOR_CORES_MAX = 4;

  /** Threads of a node for what may block. */
  public static final int WORKERS = 8;

  /** Those of a node of profile edge. */
  public static final int WORKERS_EDGE = 3;

  /** Requests that the gateway of a node of profile edge runs at a time. */
  public static final int REQUESTS_MAX_EDGE = 512;

  /** Connections that the gateway of a node of profile edge has at a time. */
  public static final int CONNECTIONS_MAX_EDGE = 1_024;

  /** Connections to PostgreSQL per service of a node of profile edge. */
  public static final int POSTGRES_POOL_EDGE = 3;

  /** Bytes that the disk of a data folder must have free for a node to start. */
  public static final long DISK_FREE_MIN_BYTES = 64L * 1024 * 1024;

  /** Bytes in the file that tells the format of a data folder. */
  public static final int FORMAT_FILE_MAX_BYTES = 64;

  /** A clock that says less was never set: it is before this version was made. */
  public static final Instant CLOCK_EARLIEST = Instant.parse("2026-01-01T00:00:00Z");

  /** How far the clock of a host may have gone back since a node used the data folder last. */
  public static final Duration CLOCK_BACK_MAX = Duration.ofDays(1);

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

  /** How long the others may take to see that a node has gone, or serves, and what it goes by. */
  public static final Duration UPGRADE_SEEN_TIMEOUT = Duration.ofSeconds(30);

  /** For how many seconds a drained node may be left to be noticed by load balancers. */
  public static final int UPGRADE_SETTLE_MAX_SECONDS = 600;

  /** Between two looks at whether they do. */
  public static final Duration UPGRADE_LOOK_INTERVAL = Duration.ofMillis(100);

  /** How long a release may take to say which it is, or what it thinks of settings. */
  public static final Duration RELEASE_ANSWER_TIMEOUT = Duration.ofSeconds(30);

  /** How long one node may take to change its number of instances. */
  public static final Duration SCALE_STEP_TIMEOUT = MeshLimits.DRAIN_TIMEOUT.plusSeconds(5);

  /** How long the registry may take to show what a change of scale did. */
  public static final Duration SCALE_VISIBLE_TIMEOUT = Duration.ofSeconds(10);

  /** How often the registry is looked at while waiting for a change of scale. */
  public static final Duration SCALE_POLL_INTERVAL = Duration.ofMillis(20);

  /** Changes of scale that may wait for one before them on one node. */
  public static final int SCALE_WAITING_MAX = 64;

  /** How often a change of scale is planned anew when nodes fail in the middle of it. */
  public static final int SCALE_ROUNDS = 3;

  /** How long that waits, so that a node that died is known to have. */
  public static final Duration SCALE_REPLAN_DELAY = MeshLimits.LEASE.plusMillis(500);

  /** How often a change of scale is tried again when somebody else changed counts meanwhile. */
  public static final int SCALE_CONFLICTS_MAX = 5;

  /** How long a node is waited for that is asked what its instances have to do. */
  public static final Duration LOAD_TIMEOUT = Duration.ofSeconds(1);

  /** Bytes of the document of desired counts. */
  public static final int COUNTS_MAX_BYTES = 64 * 1024;

  /** Instances of one service that a site may be said to have; what it can hold is less. */
  public static final int SITE_INSTANCES_MAX = 1_000_000;

  /** Characters of the reason of a change that are kept with it. */
  public static final int WHY_MAX_CHARS = 512;

  /** How often a node looks whether it has its share of the desired counts. */
  public static final Duration UPKEEP_INTERVAL = Duration.ofMillis(500);

  /**
   * How long counts may be others than desired before nodes mend that by themselves: longer than a
   * node takes to restart, so that a restart moves nothing.
   */
  public static final Duration UPKEEP_GRACE = Duration.ofSeconds(15);

  /** How long instances may be spread unevenly before one of them moves. */
  public static final Duration SPREAD_GRACE = Duration.ofSeconds(30);

  /** Instances of one service that automatic scaling makes at most. */
  public static final int AUTOSCALE_INSTANCES_MAX = 1_024;

  /** How often the policies of automatic scaling are gone through. */
  public static final Duration AUTOSCALE_INTERVAL = Duration.ofSeconds(1);

  /** Decisions of automatic scaling that are kept to be shown. */
  public static final int AUTOSCALE_DECISIONS_KEPT = 64;

  /** How long a node that drains waits before it looks whether another one does too. */
  public static final Duration DRAIN_SETTLE = MeshLimits.ANNOUNCE_INTERVAL.plusMillis(100);

  /** How often what an instance has to do is looked at. */
  public static final Duration LOAD_SAMPLE_INTERVAL = Duration.ofSeconds(1);

  /** Seconds over which rates and latencies are taken that plans of capacity are made of. */
  public static final int LOAD_SECONDS = MeshLimits.WINDOW_MAX_SECONDS;

  /** Calls that a service must have served in that time for its latencies to mean something. */
  public static final int LOAD_CALLS_MIN = 200;

  /** For how long it is remembered how a service did at another load. */
  public static final Duration LOAD_PAST_KEPT = Duration.ofHours(1);

  /** Loads of one service that are remembered. */
  public static final int LOAD_PAST_MAX = 24;

  /** How often a node notes how much its process has used of its processors. */
  public static final Duration CPU_NOTE_INTERVAL = Duration.ofSeconds(5);

  /** Such notes that are kept: the use is taken over the time from the first to now. */
  public static final int CPU_NOTES_KEPT = 13;

  /** Which share of a node's cores instances are planned to use at most, 0 to 1. */
  public static final double CORES_USED_MAX = 0.7;

  /** How long a plan of capacity may take to be worked out. */
  public static final Duration PLAN_TIMEOUT = Duration.ofSeconds(10);

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

  /** How long a command that is told to wait does so until the whole site is as it is to be. */
  public static final Duration SITE_WAIT = Duration.ofSeconds(60);

  /** How long such a command pauses between two looks. */
  public static final Duration SITE_WAIT_LOOK = Duration.ofMillis(250);

  /** How long a command waits for a connection to be taken when it looks who is there. */
  public static final Duration ADMIN_CONNECT_TIMEOUT = Duration.ofMillis(500);

  /** How long a command waits for what a doctor found. */
  public static final Duration ADMIN_DOCTOR_TIMEOUT = Duration.ofSeconds(15);

  /** How long a stream of events may be silent; twice the time between two signs of life. */
  public static final Duration ADMIN_STREAM_TIMEOUT = Duration.ofSeconds(30);

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

  /** How often the calls are collected that somebody looks on. */
  public static final Duration TAP_INTERVAL = Duration.ofMillis(50);

  /** Calls that wait to be collected for one reader; further ones are counted. */
  public static final int TAP_WAITING_MAX = 1_024;

  /** Calls that are told at a time, so that they fit into an item of a stream. */
  public static final int TAP_BATCH_MAX = 64;

  /** Batches of calls that wait for one reader. */
  public static final int TAP_BATCHES_MAX = 16;

  /** Decisions that wait for one reader; further ones he misses. */
  public static final int DECISIONS_WAITING_MAX = 512;

  /** The share of the heap in use from which it is told of. */
  public static final double HEAP_WARN = 0.85;

  /** The share of the heap in use from which little is left. */
  public static final double HEAP_FAIL = 0.95;

  /** The seconds that a node looks back on when it looks into itself. */
  public static final int CHECK_WINDOW_SECONDS = 60;

  /** How late an event loop may be at most before it is told of. */
  public static final Duration LOOP_DELAY_WARN = Duration.ofMillis(250);

  /** How late an event loop may be at most before calls suffer. */
  public static final Duration LOOP_DELAY_FAIL = Duration.ofSeconds(1);

  /** How long a certificate must be good before it is told of. */
  public static final Duration CERTIFICATE_WARN = Duration.ofDays(30);

  /** How long a certificate must be good before there is no time to lose. */
  public static final Duration CERTIFICATE_FAIL = Duration.ofDays(7);

  /** For how long an event may wait in an outbox before it is told of. */
  public static final Duration OUTBOX_WARN = Duration.ofSeconds(10);

  /** For how long an event may wait before something is broken. */
  public static final Duration OUTBOX_FAIL = Duration.ofMinutes(1);

  /** Events that a consumer may be behind before it is told of. */
  public static final int CONSUMER_LAG_WARN = 10_000;

  /** Times in a row that a consumer may fail at an event before it is told of. */
  public static final int CONSUMER_FAILED_WARN = 3;

  /** For how long an order may not have moved before it is told of. */
  public static final Duration SAGA_WARN = Duration.ofMinutes(1);

  /** Origins of web pages that may call the API. */
  public static final int ORIGINS_MAX = 64;

  /** Spans that wait to be exported; further ones are dropped, and counted. */
  public static final int EXPORT_QUEUE_MAX = 4_096;

  /** Spans that are exported at a time. */
  public static final int EXPORT_BATCH_MAX = 512;

  /** How long spans are collected before they are exported. */
  public static final Duration EXPORT_INTERVAL = Duration.ofSeconds(1);

  /** How long the collector may take for one batch; then it is dropped, and counted. */
  public static final Duration EXPORT_TIMEOUT = Duration.ofSeconds(5);

  /** Services whose spans are told apart when they are exported; further ones are one. */
  public static final int EXPORT_SERVICES_MAX = 64;

  /** How often services are asked how they stand, for the metrics. */
  public static final Duration MEASURE_INTERVAL = Duration.ofSeconds(10);

  /** Traces that are told of when nobody says how many. */
  public static final int TRACES_TOLD = 50;

  /** How long a command about other sites waits: one goes to the hub. */
  public static final Duration SITE_TIMEOUT = Duration.ofSeconds(30);

  /** Services of its hub that a site imports. */
  public static final int IMPORTS_MAX = 64;

  private NodeLimits() {}
}
