package io.weft.ledger.embedded;

/** The embedded PostgreSQL cannot be had; the message says what is wrong and what to do. */
public final class EmbeddedPostgresException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  EmbeddedPostgresException(String message) {
    super(message);
  }

  EmbeddedPostgresException(String message, Throwable cause) {
    super(message + ": " + cause, cause);
  }
}
