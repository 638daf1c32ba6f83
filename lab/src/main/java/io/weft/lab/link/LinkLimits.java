package io.weft.lab.link;

import java.time.Duration;
import java.util.List;

/** The limits and targets of the benchmark of calls between sites, with their units. */
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

  /** How much more a call over a link may cost than the round trip, in microseconds. */
  static final long MORE_MAX_MICROS = 200;

  /** Users who order at an edge. */
  static final int USERS = 100;

  /** Their credit, in minor units: what a site holds of it lasts for every order of a run. */
  static final long CREDIT = 1_000_000_000_000L;

  /** How long it may take until an edge knows that it is linked, or that it is not. */
  static final Duration LINKED_MAX = Duration.ofSeconds(60);

  /** How long one answer may take. */
  static final Duration ANSWER_MAX = Duration.ofSeconds(60);

  /** Calls, and orders, whose bytes are counted one after another; and over new connections. */
  static final int COUNTED = 200;

  static final int COUNTED_NEW = 50;

  /** Calls, and orders, whose bytes are counted so many at a time. */
  static final int COUNTED_TOGETHER = 1_280;

  static final int TOGETHER = 64;

  /** Those that are not counted before: whatever is said once has been said then. */
  static final int UNCOUNTED = 20;

  /** How often it is counted anew when the edge worked alone meanwhile. */
  static final int TRIES_MAX = 5;

  /** For how long a link is listened to that nobody uses. */
  static final Duration IDLE = Duration.ofSeconds(6);

  /** Local calls outstanding at a time. */
  static final List<Integer> LOCAL_CONCURRENCY = List.of(1, 16);

  /** How often local calls are made that are not counted, before those that are. */
  static final int LOCAL_WARM_ROUNDS = 3;

  /** For how long a site is left alone after its link was cut or healed. */
  static final Duration SETTLED_AFTER = Duration.ofSeconds(4);

  /** How fast local calls of a site may be that is cut off, beside those of one that is not. */
  static final double LOCAL_RATIO_MIN = 0.95;

  static final double LOCAL_RATIO_MAX = 1.05;

  /** Orders in the journal when the command line does not say. */
  static final int ORDERS = 10_000;

  /** Orders in the journal at most; a journal takes no more than ten times as many. */
  static final int ORDERS_MAX = 50_000;

  /** Orders that are placed at a time. */
  static final int ORDERS_AT_A_TIME = 32;

  /** How long a journal may take until the hub has all of it. */
  static final Duration DRAINED_MAX = Duration.ofMinutes(15);

  /** How long it may take to fill it. */
  static final Duration FILLED_MAX = Duration.ofMinutes(15);

  private LinkLimits() {}
}
