package io.weft.lab.chaos;

import java.time.Duration;

/** Every limit, size, target and default of chaos, with its unit. */
final class ChaosLimits {
  /** Nodes that are done harm to. */
  static final int NODES = 3;

  /** Rounds of a row when the command line does not say: kills, rolling restarts, pairs. */
  static final int KILL_ROUNDS = 100;

  static final int DRAIN_ROUNDS = 20;
  static final int PAIR_ROUNDS = 50;

  /** Kills and starts, in random order, beside a foreign program. */
  static final int FOREIGN_ROUNDS = 100;

  /** The most rounds that can be asked for. */
  static final int ROUNDS_MAX = 10_000;

  /** The most seconds that can be asked for. */
  static final int SECONDS_MAX = 3_600;

  /** The most calls per second that can be asked for. */
  static final int RATE_MAX = 50_000;

  /** Requests per second over HTTP when the command line does not say. */
  static final int HTTP_RATE = 500;

  /** Of so many requests over HTTP one places an order; the others read a user. */
  static final int ORDER_ONE_IN = 10;

  /** Users whose credit orders are paid from. */
  static final int USERS = 10;

  /** Seconds that a process is stopped for. */
  static final int PAUSE_SECONDS = 30;

  /** Seconds of the short and of the long partition. */
  static final int PARTITION_SHORT_SECONDS = 5;

  static final int PARTITION_LONG_SECONDS = 60;

  /** A partition longer than this is long: Hazelcast has split, and has to merge again. */
  static final Duration PARTITION_LONG_FROM = Duration.ofSeconds(20);

  /** Seconds of each overload. */
  static final int OVERLOAD_SECONDS = 60;

  /** Seconds for which every backend fails. */
  static final int FAILING_SECONDS = 20;

  /** Steady load before a fault, whose p99 later ones are compared with. */
  static final Duration STEADY = Duration.ofSeconds(3);

  /** Load after a fault, before the node is started again. */
  static final Duration WATCH = Duration.ofSeconds(4);

  /** Load after everything is back. */
  static final Duration SETTLE = Duration.ofSeconds(1);

  /** Load before the first fault, so that the compilers have seen it. */
  static final Duration WARM = Duration.ofSeconds(5);

  /** The same over HTTP, where services, pools and PostgreSQL have to warm up as well. */
  static final Duration HTTP_WARM = Duration.ofSeconds(45);

  /** Load before nodes are upgraded. */
  static final Duration UPGRADE_WARM = Duration.ofSeconds(15);

  /** For how long capacity is measured, and by how many calls at a time. */
  static final Duration CAPACITY = Duration.ofSeconds(3);

  static final int CAPACITY_CALLS = 64;

  /** Between two looks at what is due. */
  static final Duration PACE = Duration.ofMillis(1);

  /** Calls of an open loop that are not answered; what would be more is counted as failed. */
  static final int OUTSTANDING_MAX = 50_000;

  /** The length of the windows that outcomes and latencies are kept by. */
  static final Duration WINDOW = Duration.ofMillis(250);

  /** Latencies of a steady load below this count as this: loops look each millisecond only. */
  static final Duration P99_FLOOR = Duration.ofMillis(5);

  /** How many times the steady p99 one may be, and for how long. */
  static final double P99_RATIO_MAX = 3;

  static final long P99_DISTURBED_MAX_MILLIS = 2_000;

  /** After a crash no call goes to the dead endpoint later than this. */
  static final long LAST_CALL_MAX_MILLIS = 1_000;

  /** A new instance gets its first call at the latest after this. */
  static final long FIRST_CALL_MAX_MILLIS = 1_000;

  /** An endpoint that is silent or unreachable is not picked later than this. */
  static final long EJECTED_MAX_MILLIS = 2_000;

  /** An endpoint that was silent answers again at the latest after this. */
  static final long BACK_MAX_MILLIS = 5_000;

  /** The table is whole again at the latest after this, when the partition was short or long. */
  static final long HEALED_MAX_MILLIS = 3_000;

  static final long HEALED_LONG_MAX_MILLIS = 20_000;

  /** A dead endpoint is in no table later than this. */
  static final long STALE_MAX_MILLIS = 5_000;

  /** Attempts per call when every backend fails, besides those of the reserve. */
  static final double ATTEMPTS_RATIO_MAX = 1.1;

  /** The share of peak goodput that must hold under overload, and that must be there after it. */
  static final double GOODPUT_MIN = 0.80;

  static final double RECOVERED_MIN = 0.95;

  /** How soon after an overload it must be there. */
  static final long RECOVERED_MAX_MILLIS = 10_000;

  /** Calls that an instance works on at a time in the overload, and for how long on each. */
  static final int WORKERS = 4;

  static final Duration WORK = Duration.ofMillis(10);

  /** Shares of what workers can do at most at which goodput is measured, to find the peak. */
  static final double[] PEAK_STEPS = {0.7, 0.8, 0.9, 1.0};

  static final Duration PEAK_STEP = Duration.ofSeconds(5);

  /** Calls that arrive expired. */
  static final int EXPIRED_CALLS = 10_000;

  /** Calls to a node that is stopped, which are of no use any more when it goes on. */
  static final int STALLED_CALLS = 200;

  static final Duration STALLED_TIMEOUT = Duration.ofMillis(300);

  /** For how long a call is of use. */
  static final Duration CALL_TIMEOUT = Duration.ofSeconds(2);

  /** How long a process may take to start, or to stop in order. */
  static final Duration START_MAX = Duration.ofSeconds(90);

  /** How long a process may take for one answer. */
  static final Duration ANSWER_MAX = Duration.ofSeconds(20);

  /** How long a table may take to be whole, before the row is given up. */
  static final Duration TABLE_MAX = Duration.ofSeconds(90);

  /** Between two looks at a condition. */
  static final Duration LOOK_INTERVAL = Duration.ofMillis(10);

  /** How long an HTTP request may take before the client takes it for failed. */
  static final Duration HTTP_TIMEOUT = Duration.ofSeconds(5);

  /** Connections of the HTTP client to each node. */
  static final int HTTP_CONNECTIONS = 64;

  /** How often, and with what pause, a POST is repeated until it is answered. */
  static final int POST_TRIES_MAX = 100;

  static final Duration POST_PAUSE = Duration.ofMillis(200);

  /** Kills of the orders row when the command line does not say: an hour and more. */
  static final int ORDER_CYCLES = 1_000;

  /** Of so many kills one is of PostgreSQL; the others are of nodes. */
  static final int POSTGRES_ONE_IN = 10;

  /** The shortest and the longest time from one kill to the next. */
  static final Duration CYCLE_MIN = Duration.ofSeconds(2);

  static final Duration CYCLE_MAX = Duration.ofSeconds(6);

  /** A node is killed when at least so many are ready: others have to be there to go on. */
  static final int READY_MIN = 2;

  /** Orders per second of the orders row when the command line does not say. */
  static final int ORDERS_RATE = 50;

  /** Users who order at a time. */
  static final int CUSTOMERS_AT_A_TIME = 50;

  /** After so many orders the oldest of them is replaced by a new one. */
  static final int ORDERS_PER_CUSTOMER = 20;

  /** So many customers are created ahead of being needed. */
  static final int CUSTOMERS_AHEAD = 10;

  /** A customer's credit, in minor units: enough for some of the orders, seldom for all. */
  static final int CREDIT_MIN = 100_000;

  static final int CREDIT_MAX = 500_000;

  /** Lines of an order, and what they are drawn from, in minor units. */
  static final int LINES_MAX = 4;

  static final int QUANTITY_MAX = 9;
  static final int UNIT_PRICE_MAX = 2_500;

  /** How often, and with which longest pause, an order is asked again until it is decided. */
  static final int DECIDE_TRIES_MAX = 200;

  static final Duration DECIDE_PAUSE_MAX = Duration.ofSeconds(2);

  /** How long all orders may take to be answered after the last kill. */
  static final Duration DECIDED_MAX = Duration.ofMinutes(3);

  /** How long orders may be on their way after the last of them was answered. */
  static final Duration SETTLED_MAX = Duration.ofSeconds(60);

  /** Between two looks at whether they are. */
  static final Duration SETTLED_LOOK = Duration.ofMillis(500);

  /** How long reading everything back may take. */
  static final Duration AUDIT_MAX = Duration.ofMinutes(30);

  /** Rows that are read from the database at a time. */
  static final int AUDIT_ROWS = 2_000;

  /** Orders of a page of the API. */
  static final int PAGE = 100;

  /** Customers that are read back over HTTP at a time. */
  static final int AUDIT_AT_A_TIME = 8;

  /** Of so many customers one is followed by a reader of events; and so many readers at a time. */
  static final int READER_ONE_IN = 5;

  static final int READERS = 16;

  /** After which a reader comes again whose connection has ended. */
  static final Duration READER_PAUSE = Duration.ofMillis(500);

  /** How long a reader's connection may be silent; nodes show every 15 s that they are alive. */
  static final Duration READER_SILENCE_MAX = Duration.ofSeconds(40);

  /** The most nodes that there are at a time while nodes are scaled. */
  static final int SCALE_NODES_MAX = 4;

  /** Rounds of scaling when the command line does not say; 1 is the short form. */
  static final int SCALE_ROUNDS = 2;

  /** Requests per second while services and nodes are scaled, when the command line says none. */
  static final int SCALE_RATE = 100;

  /** Load before the short form begins. */
  static final Duration SCALE_WARM = Duration.ofSeconds(10);

  /** Orders per second that come in addition while services are scaled automatically. */
  static final int SCALE_STEP_RATE = 40;

  /** How long they come, and how long they may be gone until nothing is left of what they took. */
  static final Duration SCALE_STEP = Duration.ofSeconds(30);

  /** After which time there is what is desired, whatever was killed: nodes wait 15 s first. */
  static final Duration KEPT_UP_MAX = Duration.ofSeconds(25);

  /** Decisions that are looked through when calls have failed. */
  static final int DECISIONS_TOLD = 100;

  /** Edge sites beside the hub, and nodes of each site: one goes on when the other is killed. */
  static final int EDGES = 2;

  static final int SITE_NODES = 2;

  /** Cuts and kills of the row of sites when the command line does not say. */
  static final int SITE_CYCLES = 100;

  /** Of so many cycles one kills a node; the others cut a link. Of so many cuts one is one-way. */
  static final int SITE_KILL_ONE_IN = 4;

  static final int SITE_ONE_WAY_ONE_IN = 4;

  /** How long a link is cut, and how long it is left alone then. */
  static final Duration SITE_CUT_MIN = Duration.ofMillis(500);

  static final Duration SITE_CUT_MAX = Duration.ofSeconds(12);
  static final Duration SITE_PAUSE_MIN = Duration.ofSeconds(1);
  static final Duration SITE_PAUSE_MAX = Duration.ofSeconds(8);

  /** After so many cycles a site must have taken orders that were rejected in the end. */
  static final int SITE_LONG_CYCLES = 20;

  /**
   * An edge whose link is not cut any more is linked again by then; it tries each 10 s at least.
   */
  static final Duration SITE_LINKED_AFTER = Duration.ofSeconds(12);

  /** A node that has started is as fast as it gets, or nearly so, by then. */
  static final Duration SITE_STARTED_AFTER = Duration.ofSeconds(5);

  /** Orders per second at all sites when the command line does not say; and reads for each. */
  static final int SITE_RATE = 15;

  static final int SITE_READS_PER_ORDER = 4;

  /**
   * Customers who order at a time, at all sites, and orders after which the oldest is replaced: its
   * account is closed. Their credit is that of all customers: it lasts for some of their orders,
   * and the slice of it that a site holds for one to four.
   */
  static final int SITE_CUSTOMERS = 12;

  static final int SITE_ORDERS_PER_CUSTOMER = 25;

  /** Of so many orders one is of a customer whose account is closed. */
  static final int SITE_CLOSED_ONE_IN = 12;

  /** Differences that are told one by one. */
  static final int DIFFERENCES_TOLD = 10;

  private ChaosLimits() {}
}
