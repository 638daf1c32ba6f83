package io.weft.orders;

import io.weft.mesh.MeshLimits;
import java.time.Duration;

/** Every limit, timeout and default of orders, with its unit. */
public final class OrdersLimits {
  /** Lines of an order. */
  public static final int LINES_MAX = 10_000;

  /** Characters in a SKU. */
  public static final int SKU_MAX_CHARS = 64;

  /** Characters in the name of a line. */
  public static final int NAME_MAX_CHARS = 200;

  /** Characters in a note. */
  public static final int NOTE_MAX_CHARS = 1_000;

  /** The greatest quantity of a line. */
  public static final long QUANTITY_MAX = 1_000_000;

  /** The greatest price of one, in minor units. */
  public static final long UNIT_PRICE_MAX = 1_000_000_000_000_000L;

  /** The whole of a line, in hundredths of a percent. */
  public static final int BPS_WHOLE = 10_000;

  /** Items on a page when the caller does not say. */
  public static final int PAGE_DEFAULT = 50;

  /** Items on a page. */
  public static final int PAGE_MAX = 100;

  /** Lines on a page, unless its first order alone has more. */
  public static final int PAGE_LINES_MAX = 10_000;

  /** Bytes that an order's JSON may grow by after it is placed: its reason, times and version. */
  public static final int ORDER_GROWTH_BYTES = 256;

  /** Bytes of an order as JSON. */
  public static final int ORDER_MAX_BYTES = MeshLimits.BODY_MAX_BYTES - 4 * 1024;

  /** Bytes of the orders on a page as JSON; what is left of a body is for the page itself. */
  public static final int PAGE_MAX_BYTES = ORDER_MAX_BYTES;

  /** How long before its deadline a call is answered, whether or not the order is decided. */
  public static final Duration ANSWER_MARGIN = Duration.ofMillis(250);

  /** How long a step at users may take. */
  public static final Duration STEP_TIMEOUT = Duration.ofSeconds(2);

  /** How long an order is its driver's own; longer than a step, so that few are driven twice. */
  public static final Duration CLAIM = Duration.ofSeconds(3);

  /** The wait before a second try of a step; it doubles with each further one. */
  public static final Duration BACKOFF_FIRST = Duration.ofMillis(250);

  /** The longest wait between two tries of a step. */
  public static final Duration BACKOFF_MAX = Duration.ofSeconds(30);

  /** Tries that fail by what may lie in the order itself before it is parked: some ten minutes. */
  public static final int FAILED_ATTEMPTS_MAX = 25;

  /** Characters of the reason for which an order is parked; the rest is cut off. */
  public static final int PARKED_REASON_MAX_CHARS = 500;

  /** Users that an instance knows to exist, so that it need not ask again. */
  public static final int USERS_KNOWN_MAX = 16_384;

  /** Tries to bring an order to its end while its caller waits. */
  public static final int DRIVES_PER_CALL_MAX = 4;

  /** The wait before the second of them, twice as long before the third, and so on. */
  public static final Duration DRIVE_AGAIN = Duration.ofMillis(50);

  /** How often an instance looks for orders that nobody brings to their end. */
  public static final Duration RECOVERY_INTERVAL = Duration.ofMillis(500);

  /** Orders that an instance takes up at a time. */
  public static final int RECOVERY_BATCH = 32;

  /** Orders that an instance brings to their end at a time; more are left to recovery. */
  public static final int DRIVING_MAX = 1_024;

  /** How long a stopping instance waits for the orders that it drives. */
  public static final Duration STOP_TIMEOUT = Duration.ofSeconds(5);

  /** Orders that a site's journal holds which its hub has not decided on; more are refused. */
  public static final int JOURNAL_ROWS_MAX = 100_000;

  /** How old the oldest of them may be for the journal to take more. */
  public static final Duration JOURNAL_AGE_MAX = Duration.ofDays(30);

  /** When whoever found the journal full may come again. */
  public static final Duration JOURNAL_RETRY_AFTER = Duration.ofSeconds(30);

  /** How long a decided order stays in the journal, to be read. */
  public static final Duration JOURNAL_KEPT = Duration.ofDays(7);

  /** Orders that one statement forgets. */
  public static final int JOURNAL_FORGOTTEN_PER_BATCH = 1_000;

  /** Orders of the journal that are on their way to the hub at a time, one of each user. */
  public static final int REPLAY_BATCH = 32;

  /** Users on whose orders the hub cannot decide yet, until a site waits for it with the others. */
  public static final int UNDECIDED_USERS_MAX = 100;

  /** Bytes of the requests that are on their way at a time. */
  public static final int REPLAY_BATCH_MAX_BYTES = 8 * 1024 * 1024;

  /**
   * Part of a user's limit that a site tries to hold, in hundredths of a percent; see {@code
   * UsersLimits.ESCROW_SITE_SHARE_BPS} for what it may hold.
   */
  public static final int SLICE_BPS = 1_000;

  /** What is left when the site asks for more. */
  public static final int SLICE_LOW_BPS = 500;

  /** What is too much, and given up. */
  public static final int SLICE_HIGH_BPS = 2_000;

  /**
   * How long a site waits for its hub to take an order before the order goes into the journal; half
   * of the caller's time, if that is less.
   */
  public static final Duration HUB_TIMEOUT = Duration.ofSeconds(1);

  /** A hub that does not answer in less than this need not be away. */
  public static final Duration HUB_TIMEOUT_MIN = Duration.ofMillis(250);

  /** How long the hub has for an order of the journal, and for what concerns escrow. */
  public static final Duration REPLAY_TIMEOUT = Duration.ofSeconds(3);

  /** How long a site that is alone takes to hear what it knows of a user before it goes on. */
  public static final Duration KNOWN_USER_TIMEOUT = Duration.ofMillis(500);

  /** How often a site looks for the way back to its hub, and for orders left in the journal. */
  public static final Duration RETURN_INTERVAL = Duration.ofSeconds(1);

  /** How long one instance brings the orders of the journal after it was last heard of. */
  public static final Duration REPLAY_LEASE = Duration.ofSeconds(10);

  /** Users whose purses wait to be looked after; past it they are, when they order next. */
  public static final int REFILLS_WAITING_MAX = 10_000;

  /** Purses that an instance looks after at a time. */
  public static final int REFILLS_AT_A_TIME = 4;

  private OrdersLimits() {}
}
