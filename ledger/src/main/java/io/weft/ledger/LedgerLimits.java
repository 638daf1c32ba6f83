package io.weft.ledger;

import java.time.Duration;

/** Every limit, timeout and default of the ledger, with its unit. */
public final class LedgerLimits {
  /** How long a unit of work waits for a connection; its call's deadline may shorten it. */
  public static final Duration ACQUIRE_TIMEOUT = Duration.ofSeconds(1);

  /** How long a service that starts tries to read what it needs. */
  public static final Duration START_TIMEOUT = Duration.ofSeconds(30);

  /** How long it waits between two tries. */
  public static final Duration START_INTERVAL = Duration.ofMillis(200);

  /**
   * How long the server works on a statement that is not part of a transaction; longer than it
   * waits for a lock, and shorter than most calls have.
   */
  public static final Duration SINGLE_STATEMENT_TIMEOUT = Duration.ofMillis(1_500);

  /** How long it works on one of a transaction; the call's deadline may shorten it. */
  public static final Duration STATEMENT_TIMEOUT = Duration.ofSeconds(4);

  /** How long a statement waits for a lock; shorter than a statement, so that it says why. */
  public static final Duration LOCK_TIMEOUT = Duration.ofSeconds(1);

  /** How long a transaction may sit idle before the server ends it: its client is gone. */
  public static final Duration IDLE_IN_TRANSACTION_TIMEOUT = Duration.ofSeconds(5);

  /** How long a unit of work may take as a whole before its client gives it up. */
  public static final Duration WORK_TIMEOUT = Duration.ofSeconds(10);

  /**
   * How long before its call's deadline a unit of work is given up, so that the caller hears why.
   */
  public static final Duration ANSWER_MARGIN = Duration.ofMillis(100);

  /** What must be left of a call's time for another wait for a key that is still at work. */
  public static final Duration KEY_WAIT_MIN = Duration.ofMillis(300);

  /** How long before that the server is to end a statement: it knows better what was in the way. */
  public static final Duration STATEMENT_MARGIN = Duration.ofMillis(50);

  /** Units of work that fail in a row, because the database is away, until it is not asked. */
  public static final int BREAKER_FAILURES = 5;

  /** How long a database that is away is not asked before one unit of work tries it again. */
  public static final Duration BREAKER_OPEN = Duration.ofSeconds(1);

  /** How long nothing may succeed, while work times out, before the pool counts as hung. */
  public static final Duration HUNG_AFTER = Duration.ofSeconds(10);

  /** How long a readiness check may take, and how long a success counts as one. */
  public static final Duration CHECK_TIMEOUT = Duration.ofSeconds(1);

  /** When a caller that met an absent database may try again. */
  public static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  /** How long a connection is used before it is made anew, in minutes. */
  public static final int CONNECTION_LIFETIME_MINUTES = 30;

  /** Units of work that may wait for a connection, per connection of the pool. */
  public static final int WAITING_PER_CONNECTION_MAX = 128;

  /** Prepared statements kept per connection. */
  public static final int PREPARED_STATEMENTS_MAX = 64;

  /** How long migrations wait for those of another node, and for any one statement. */
  public static final Duration MIGRATION_TIMEOUT = Duration.ofSeconds(60);

  /** How long a command's answer is kept, to be given again to the same key. */
  public static final Duration INBOX_KEPT = Duration.ofDays(7);

  /** Answers that one statement removes. */
  public static final int INBOX_EXPIRED_PER_BATCH = 1_000;

  /** How often what is past its age is removed from a schema. */
  public static final Duration EXPIRY_INTERVAL = Duration.ofMinutes(1);

  /** How often a relay looks for events that nobody woke it for, and a feed for new ones. */
  public static final Duration EVENTS_POLL = Duration.ofMillis(500);

  /** How soon a relay goes again where there were events, or another one was at work. */
  public static final Duration RELAY_PAUSE = Duration.ofMillis(10);

  /** Events that a relay moves at a time; half as many after each time that it failed. */
  public static final int RELAY_ROWS_MAX = 1_000;

  /** Bytes of bodies at which a relay takes no further event into a batch. */
  public static final int RELAY_BYTES_MAX = 4 * 1024 * 1024;

  /** Events that leave dead rows behind in an outbox until the relay that moved them vacuums it. */
  public static final int OUTBOX_VACUUM_ROWS = 10_000;

  /**
   * How long an answer is awaited on the connection that events travel on; longer than the server
   * works on any statement. A silent one is given up.
   */
  public static final Duration EVENT_LINE_TIMEOUT = STATEMENT_TIMEOUT.plusSeconds(1);

  /** How soon that connection is made anew. */
  public static final Duration EVENT_LINE_INTERVAL = Duration.ofMillis(200);

  /** Latest events of a service that a node keeps in memory. */
  public static final int RECENT_EVENTS_MAX = 4_096;

  /** Bytes of their bodies. */
  public static final int RECENT_EVENTS_MAX_BYTES = 8 * 1024 * 1024;

  /** Events that a feed reads at a time. */
  public static final int TAIL_ROWS = 256;

  /** Events that a reader is given at a time, and that one who lags reads at a time. */
  public static final int READER_ROWS = 64;

  /** Pages that readers who lag read at a time, per service and node; others wait their turn. */
  public static final int PAGES_AT_A_TIME = 4;

  /** Positions that one page without an aggregate or owner looks through. */
  public static final int PAGE_POSITIONS = 10_000;

  /** Hours that events are kept when the setting {@code events.keptHours} does not say. */
  public static final int EVENTS_KEPT_HOURS = 7 * 24;

  /** Hours that the setting may say at most: ten years. */
  public static final int EVENTS_KEPT_HOURS_MAX = 10 * 366 * 24;

  /** MiB of a service's events that are kept when {@code events.keptMiB} does not say: 10 GiB. */
  public static final int EVENTS_KEPT_MIB = 10 * 1024;

  /** MiB that the setting may say at most: 1 TiB. */
  public static final int EVENTS_KEPT_MIB_MAX = 1024 * 1024;

  /**
   * How many times as long, and how many times as many bytes, events are kept that a consumer of
   * the service has not applied.
   */
  public static final int EVENTS_KEPT_FOR_CONSUMERS = 4;

  /** Events that one statement removes. */
  public static final int EVENTS_DROPPED_PER_BATCH = 5_000;

  /** How often events past their age are removed. */
  public static final Duration EVENTS_DROP_INTERVAL = Duration.ofMinutes(1);

  /** Events that a consumer applies in one transaction, and how many it has at hand. */
  public static final int CONSUMER_BATCH = 64;

  /** How long a consumer is one instance's after that was last heard of. */
  public static final Duration CONSUMER_LEASE = Duration.ofSeconds(5);

  /** How often the others look whether the consumer is free, and how soon a lost one is back. */
  public static final Duration CONSUMER_INTERVAL = Duration.ofSeconds(1);

  /** How long a consumer waits after its first failure at an event; twice that after the next. */
  public static final Duration CONSUMER_BACKOFF_MIN = Duration.ofMillis(100);

  /** How long it waits at most. */
  public static final Duration CONSUMER_BACKOFF_MAX = Duration.ofSeconds(60);

  /** Characters that are kept of why a consumer failed. */
  public static final int CONSUMER_FAILURE_MAX_CHARS = 1_000;

  /** Characters in a cursor; a longer one is not ours. */
  public static final int CURSOR_MAX_CHARS = 512;

  /** Bytes of a cursor's authentication code: HMAC-SHA256, cut. */
  public static final int CURSOR_MAC_BYTES = 16;

  private LedgerLimits() {}
}
