package io.weft.ledger.embedded;

import java.time.Duration;

/** Every limit and setting of the embedded PostgreSQL, with its unit. */
public final class EmbeddedLimits {
  /** How long making the data folder, starting and stopping may each take. */
  public static final Duration PROGRAM_TIMEOUT = Duration.ofSeconds(60);

  /** How often a condition is looked at while waiting for it. */
  public static final Duration POLL_INTERVAL = Duration.ofMillis(100);

  /** Tries of a first start, each on a port of its own. */
  public static final int START_ATTEMPTS_MAX = 5;

  /** The first port that is tried; below the range from which clients' ports are taken. */
  public static final int PORT_FIRST = 20_000;

  /** How many ports are tried from. */
  public static final int PORT_COUNT = 10_000;

  /** Bytes in the server's log before it is put aside; at most one older log is kept. */
  public static final long LOG_MAX_BYTES = 8L * 1024 * 1024;

  /** Characters of a program's output that an error quotes. */
  public static final int QUOTED_MAX_CHARS = 600;

  /** Random bytes in the generated password. */
  public static final int PASSWORD_BYTES = 32;

  /** Rounds of hashing of the password, which is random; PostgreSQL's default is 4,096. */
  static final int SCRAM_ROUNDS = 1;

  private EmbeddedLimits() {}
}
