package io.weft.users;

import java.time.Duration;

/** Every limit and default of users, with its unit. */
public final class UsersLimits {
  /** Characters in an e-mail address, as SMTP has it. */
  public static final int EMAIL_MAX_CHARS = 254;

  /** Characters in the part of an e-mail address before the @, as SMTP has it. */
  public static final int EMAIL_LOCAL_MAX_CHARS = 64;

  /** Characters in a name. */
  public static final int NAME_MAX_CHARS = 200;

  /** Items on a page when the caller does not say. */
  public static final int PAGE_DEFAULT = 50;

  /** Items on a page. */
  public static final int PAGE_MAX = 100;

  /** Characters that a password must have. Nothing else is asked of it: NIST SP 800-63B, 5.1.1. */
  public static final int PASSWORD_MIN_CHARS = 8;

  /** Characters that a password may have, so that hashing it costs what hashing costs. */
  public static final int PASSWORD_MAX_CHARS = 128;

  /**
   * KiB of memory that hashing a password takes. With {@link #HASH_PASSES} the weakest that OWASP
   * asks of Argon2id: 25 ms on the machine of docs/BENCHMARKS.md, and 19 MiB per guess for whoever
   * has stolen the hashes.
   */
  public static final int HASH_MEMORY_KIB = 19 * 1024;

  /** KiB that a stored hash may ask for at most; one that asks for more is no hash of ours. */
  public static final int HASH_MEMORY_MAX_KIB = 256 * 1024;

  /** How often that memory is gone through. */
  public static final int HASH_PASSES = 2;

  /** How often a stored hash may ask it to be gone through at most. */
  public static final int HASH_PASSES_MAX = 16;

  /** Cores for each thread that hashes passwords: a flood of logins leaves the others alone. */
  public static final int CORES_PER_HASH_THREAD = 2;

  /** Passwords that one instance has in hand, or waiting: as many as are hashed in 0.8 s. */
  public static final int HASHES_WAITING_MAX = 32;

  /** When whoever found that full may come again. */
  public static final Duration HASHES_RETRY_AFTER = Duration.ofSeconds(1);

  /** Wrong passwords for one account that cost no wait. */
  public static final int ACCOUNT_FAILURES_FREE = 5;

  /** Wrong passwords from one address that cost no wait; an office of people has one address. */
  public static final int ADDRESS_FAILURES_FREE = 20;

  /**
   * The longest wait between two tries; the first is 1 s, each is twice the one before. So an
   * account can be tried about 100 times a day, and its owner is never shut out for longer.
   */
  public static final Duration GUESS_WAIT_MAX = Duration.ofMinutes(15);

  /** How long after the last wait failures are forgotten. */
  public static final Duration GUESSES_KEPT = Duration.ofHours(24);

  /**
   * Accounts and addresses whose failures are kept; past it, those are forgotten that are oldest.
   */
  public static final int GUESSES_MAX = 200_000;

  /** Rows that one statement forgets. */
  public static final int GUESSES_FORGOTTEN_PER_BATCH = 1_000;

  /** How long a token is good. It cannot be taken back, so not for long. */
  public static final Duration TOKEN_LIFETIME = Duration.ofHours(1);

  /** Random bytes in the secret of a client or a key: nobody finds 256 bits by trying. */
  public static final int SECRET_BYTES = 32;

  /** Bytes of the salt of a password's hash. */
  public static final int SALT_BYTES = 16;

  /** Bytes of a password's hash. */
  public static final int HASH_BYTES = 32;

  /** Bits of an IPv6 address that one client has; within them it may choose any. */
  public static final int IPV6_CLIENT_BITS = 64;

  /** The whole of a user's credit, in hundredths of a percent. */
  public static final int BPS_WHOLE = 10_000;

  /**
   * What one site may hold of a user's credit, in hundredths of a percent of the limit: what it
   * holds cannot be spent elsewhere, and whoever steals the site's host can spend it.
   */
  public static final int ESCROW_SITE_SHARE_BPS = 5_000;

  /** Characters in the name of a site, as in the setting {@code node.site}. */
  public static final int SITE_MAX_CHARS = 63;

  /** Journals of one site that are told of, the newest ones. */
  public static final int ESCROW_JOURNALS_MAX = 100;

  /** Users whose credit one command frees. */
  public static final int ESCROW_FREED_PER_COMMAND = 500;

  /** How long a grant is remembered that is not a user's last. */
  public static final Duration ESCROW_GRANTS_KEPT = Duration.ofDays(7);

  /** Grants that one statement forgets. */
  public static final int ESCROW_GRANTS_FORGOTTEN_PER_BATCH = 1_000;

  /** How often a site asks how far the hub's log of users has come. */
  public static final Duration REPLICA_INTERVAL = Duration.ofSeconds(2);

  /** How long the instance that asks does so after it was last heard of. */
  public static final Duration REPLICA_LEASE = Duration.ofSeconds(10);

  /**
   * How long a site goes by events alone until it reads all accounts anew: so what the hub does not
   * tell of (orders, a restored backup) does not stay wrong for ever.
   */
  public static final Duration REPLICA_KEPT = Duration.ofHours(24);

  /** How long a site asks its hub for an account that it does not know. */
  public static final Duration REPLICA_ASK_TIMEOUT = Duration.ofSeconds(1);

  private UsersLimits() {}
}
