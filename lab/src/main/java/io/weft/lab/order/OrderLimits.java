package io.weft.lab.order;

import java.time.Duration;

/** Every limit, size, target and default of the order benchmark, with its unit. */
final class OrderLimits {
  /** Orders outstanding at a time: as many HTTP connections, each with one of them. */
  static final int CONNECTIONS = 64;

  /** The most orders outstanding at a time. */
  static final int CONNECTIONS_MAX = 1_024;

  /** Nodes that serve, and the most of them: PostgreSQL has room for no more, with the ceiling. */
  static final int NODES = 1;

  static final int NODES_MAX = 3;

  /** Seconds of one measurement. */
  static final int SECONDS = 10;

  /** The longest measurement, in seconds. */
  static final int SECONDS_MAX = 600;

  /** How often everything is measured; the medians are reported. */
  static final int ROUNDS = 3;

  /** The most rounds. */
  static final int ROUNDS_MAX = 100;

  /** So many measurements are thrown away first, while the compilers learn the way of an order. */
  static final int WARM_ROUNDS = 6;

  /** Connections to PostgreSQL per service and node: those of a node by default. */
  static final int POOL_SIZE = 8;

  /** Users who order in turn: so many that two orders at a time seldom are of the same one. */
  static final int USERS = 1_000;

  /** The credit of each, in minor units: it never runs out. */
  static final long CREDIT = 1_000_000_000_000_000L;

  /** Users that are created at a time. */
  static final int USERS_AT_A_TIME = 16;

  /** How often a user is asked for until it is there. */
  static final int USER_TRIES_MAX = 20;

  /** How long preparations may take, each. */
  static final Duration PREPARE_MAX = Duration.ofSeconds(60);

  /** How long the orders that are outstanding at the end of a measurement are waited for. */
  static final Duration DRAIN_MAX = Duration.ofSeconds(15);

  /** How much longer than that a measurement may take to tell of itself. */
  static final Duration ANSWER_SLACK = Duration.ofSeconds(30);

  /** Cores that the load generator may keep busy until what it measures may be itself. */
  static final double CLIENT_BUSY_MAX = 0.8;

  /** Bytes of the head of an HTTP response. */
  static final int HEAD_MAX_BYTES = 16 * 1024;

  /** Of the ceiling's orders per second the mesh wants to reach this share. */
  static final double RATIO_WANTED = 0.6;

  /** The p99 of the mesh wants to be below so many times that of the ceiling. */
  static final double P99_RATIO_WANTED = 5;

  private OrderLimits() {}
}
