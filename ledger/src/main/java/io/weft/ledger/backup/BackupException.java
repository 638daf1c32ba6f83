package io.weft.ledger.backup;

/** A backup cannot be made, read or restored; the message is one line that says what to do. */
public final class BackupException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  BackupException(String message) {
    super(message);
  }

  BackupException(String message, Throwable cause) {
    super(message, cause);
  }
}
