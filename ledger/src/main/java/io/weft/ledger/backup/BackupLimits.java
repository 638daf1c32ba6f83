package io.weft.ledger.backup;

import java.time.Duration;

/** Every limit of backups. */
final class BackupLimits {
  /** The form of the file; a reader takes this one and refuses newer ones. */
  static final int FORMAT = 1;

  /** For how long the server may say nothing: it may have to sort a table before its first row. */
  static final Duration SILENCE = Duration.ofMinutes(10);

  /** For how long a backup waits for a table that a migration holds. */
  static final Duration LOCK_TIMEOUT = Duration.ofSeconds(30);

  /** Bytes of a manifest, and of a document that is kept beside the tables. */
  static final int DOCUMENT_MAX_BYTES = 32 * 1024 * 1024;

  /** Bytes that are handed on at a time. */
  static final int BUFFER_BYTES = 64 * 1024;

  /** How often it is tried to be the one restore of a database. */
  static final int PLACE_TRIES_MAX = 10;

  /** How long is waited between two tries. */
  static final Duration PLACE_INTERVAL = Duration.ofMillis(200);

  private BackupLimits() {}
}
