package io.weft.ledger;

import io.vertx.core.VertxException;
import io.vertx.core.http.ConnectionPoolTooBusyException;
import io.vertx.pgclient.PgException;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.MeshFailure.Rejected.Reason;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What a failure of the database means to a caller: whether it may have had an effect.
 *
 * <p>A failure that is neither the network's nor the server's state, such as a violated constraint
 * or an error in SQL, is a fault of the work and stays as it is.
 */
final class DatabaseFailures {
  private static final String STATEMENT_CANCELLED = "57014";
  private static final String LOCK_NOT_AVAILABLE = "55P03";
  private static final String CONNECTION_CLASS = "08";
  private static final String RESOURCES_CLASS = "53";
  private static final String DISK_FULL = "53100";
  private static final String CONFLICT_CLASS = "40";
  private static final String OPERATOR_CLASS = "57";
  private static final String IDLE_TOO_LONG = "25P03";

  private DatabaseFailures() {}

  /** Returns the failure of a database that cannot be reached: nothing has happened. */
  static MeshFailure.Rejected unavailable(String message) {
    return new MeshFailure.Rejected(Reason.UNAVAILABLE, message, LedgerLimits.RETRY_AFTER);
  }

  /**
   * Returns whether a failure is the database's own: that it is away, or went away during a COMMIT.
   * What it refuses, and what it has too much of, is the answer of one that is there.
   */
  static boolean away(@Nullable Throwable failure) {
    return failure instanceof MeshFailure.Unknown
        || (failure instanceof MeshFailure.Rejected rejected
            && rejected.reason() == Reason.UNAVAILABLE);
  }

  /** Returns the failure of work that never got a connection. */
  static MeshFailure noConnection(Throwable failure) {
    if (failure instanceof MeshFailure known) {
      return known;
    }
    if (failure instanceof ConnectionPoolTooBusyException) {
      return overloaded("too much waits for a connection to the database");
    }
    return unavailable("no connection to the database: " + failure.getMessage());
  }

  /** Returns what a failure means when COMMIT was not sent: nothing has happened. */
  static Throwable beforeCommit(Throwable failure) {
    if (failure instanceof MeshFailure) {
      return failure;
    }
    if (failure instanceof PgException error) {
      return ofState(error);
    }
    if (networkFailed(failure)) {
      return unavailable("the connection to the database was lost: " + failure.getMessage());
    }
    return failure;
  }

  /** Returns what a failure means once COMMIT, or a statement that commits by itself, was sent. */
  static Throwable whileCommitting(Throwable failure) {
    if (failure instanceof PgException error
        && "ERROR".equals(error.getSeverity())
        && (!state(error).startsWith(OPERATOR_CLASS) || state(error).equals(STATEMENT_CANCELLED))) {
      // The server says that it rolled back.
      return ofState(error);
    }
    if (failure instanceof PgException || networkFailed(failure)) {
      return new MeshFailure.Unknown("no answer to COMMIT: " + failure.getMessage(), failure);
    }
    return failure;
  }

  private static Throwable ofState(PgException error) {
    String state = state(error);
    if (state.equals(STATEMENT_CANCELLED)
        || state.equals(LOCK_NOT_AVAILABLE)
        || state.startsWith(CONFLICT_CLASS)) {
      return overloaded("the database gave up: " + error.getErrorMessage());
    }
    if (state.equals(DISK_FULL)) {
      // It reads all the same: who says that it is away would keep readers from it.
      return overloaded("the database has no room: " + error.getErrorMessage());
    }
    if (state.startsWith(CONNECTION_CLASS)
        || state.startsWith(RESOURCES_CLASS)
        || state.startsWith(OPERATOR_CLASS)
        || state.equals(IDLE_TOO_LONG)) {
      return unavailable("the database is away: " + error.getErrorMessage());
    }
    return error;
  }

  private static MeshFailure.Rejected overloaded(String message) {
    return new MeshFailure.Rejected(Reason.OVERLOADED, message, LedgerLimits.RETRY_AFTER);
  }

  private static boolean networkFailed(Throwable failure) {
    return failure instanceof VertxException || failure instanceof IOException;
  }

  private static String state(PgException error) {
    String state = error.getSqlState();
    return state == null ? "" : state;
  }
}
