package io.weft.node.replay;

import java.time.Duration;

/** Every limit, timeout and default of a replay, with its unit. */
public final class ReplayLimits {
  /** Requests at a time when nobody says. */
  public static final int CONCURRENCY = 16;

  /** The most requests at a time. */
  public static final int CONCURRENCY_MAX = 256;

  /** Customers in a book. */
  public static final int CUSTOMERS_MAX = 100_000;

  /** Orders in a book. */
  public static final int ORDERS_MAX = 1_000_000;

  /** Characters in one line of a book. */
  public static final int LINE_MAX_CHARS = 8 * 1024 * 1024;

  /** Bytes in a body that a gateway answers with. */
  public static final int ANSWER_MAX_BYTES = 64 * 1024 * 1024;

  /** How long a connection may take. */
  public static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

  /** How long one request may take. */
  public static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(10);

  /** How long one customer, order or page may take with all its repetitions. */
  public static final Duration ITEM_TIMEOUT = Duration.ofMinutes(2);

  /** Attempts of one request, the first included. */
  public static final int ATTEMPTS_MAX = 200;

  /** The first wait before a repetition; it doubles with each further one. */
  public static final Duration BACKOFF = Duration.ofMillis(50);

  /** The longest wait before a repetition. */
  public static final Duration BACKOFF_MAX = Duration.ofSeconds(1);

  /** How long a gateway that could not be reached is left alone while there are others. */
  public static final Duration GATEWAY_REST = Duration.ofSeconds(1);

  /** How often an order that is not settled yet is looked at. */
  public static final Duration POLL_INTERVAL = Duration.ofMillis(100);

  /** Orders on one page of a list. */
  public static final int PAGE_SIZE = 100;

  /** Pages of one customer's orders. */
  public static final int PAGES_MAX = 100_000;

  /** Minor units of credit that a customer gets beyond what the book orders. */
  public static final long CREDIT_MARGIN = 1_000_000;

  /** Differences that are printed one by one; the rest is counted. */
  public static final int DIFFERENCES_SHOWN = 20;

  /** How often the progress is shown on a terminal. */
  public static final Duration PROGRESS_INTERVAL = Duration.ofMillis(100);

  private ReplayLimits() {}
}
