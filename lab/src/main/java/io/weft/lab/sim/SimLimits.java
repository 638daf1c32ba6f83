package io.weft.lab.sim;

import io.weft.mesh.MeshLimits;
import java.time.Duration;

/** What every simulated world is bounded and measured by, with its unit. */
final class SimLimits {
  /** Seeds that one run of the script tries at most. */
  static final int SEEDS_MAX = 1_000_000;

  /** Events of the log that are kept and shown with a violation. */
  static final int HISTORY = 60;

  /** How long calls are made before anything is broken. */
  static final Duration WARM_UP = Duration.ofSeconds(1);

  /** How long things break. */
  static final Duration FAULTS = Duration.ofSeconds(12);

  /** The mean time between two faults. */
  static final Duration FAULT_EVERY = Duration.ofMillis(700);

  /** The shortest and the longest time that a fault lasts. */
  static final Duration FAULT_MIN = Duration.ofMillis(200);

  static final Duration FAULT_MAX = Duration.ofSeconds(7);

  /** How soon after healing every live endpoint is picked again, and nobody knows a dead one. */
  static final Duration HEALED_WITHIN = Duration.ofSeconds(5);

  /** How long after the last call everything is to have ended: the longest deadline, and a bit. */
  static final Duration QUIET = MeshLimits.CALL_TIMEOUT.plusSeconds(2);

  /** How far the rates of two monotonic clocks lie apart at most, as a part of one: 0.1 %. */
  static final double CLOCK_RATE_SPREAD = 0.001;

  /** How far the time of day jumps. */
  static final Duration WALL_JUMP = Duration.ofHours(1);

  /** The shortest way of a message between two nodes, and what chance adds on average. */
  static final Duration NETWORK_MIN = Duration.ofNanos(100_000);

  static final Duration NETWORK_JITTER = Duration.ofNanos(100_000);

  /** How long a process that died takes to have its connections closed by its host. */
  static final Duration CLOSE_DELAY_MAX = Duration.ofMillis(50);

  /** How often what the cluster replicates is tried again while its way is cut. */
  static final Duration REPLICATION_RETRY = Duration.ofMillis(200);

  /** How often the cluster looks after its members; {@code hazelcast.heartbeat.interval}. */
  static final Duration HEARTBEAT_INTERVAL = Duration.ofSeconds(1);

  /** After how long a silence the cluster drops a member; {@code max.no.heartbeat.seconds}. */
  static final Duration HEARTBEAT_TIMEOUT = Duration.ofSeconds(10);

  /** How long it takes to find that a node takes no connection. */
  static final Duration CONNECT_TIMEOUT = Duration.ofMillis(500);

  /** How long two halves of a cluster that see each other again take to merge. */
  static final Duration MERGE_DELAY = Duration.ofSeconds(3);

  /** How late after its lease a node may still be picked: the registry looks this often. */
  static final Duration LEASE_GRACE = Duration.ofMillis(201);

  /** How long an instance takes over a request, on average. */
  static final Duration SERVICE_TIME = Duration.ofMillis(2);

  /** How many requests an instance works on at a time; more wait inside of it. */
  static final int WORKERS = 16;

  /** How many times as long a slow instance takes. */
  static final int SLOW_FACTOR = 100;

  /** How many times as many calls are made while there is an overload. */
  static final int OVERLOAD_FACTOR = 8;

  private SimLimits() {}
}
