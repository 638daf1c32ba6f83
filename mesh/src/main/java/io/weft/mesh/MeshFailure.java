package io.weft.mesh;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Why a call failed; every failed call has exactly one of these.
 *
 * <p>They differ in what is known of the call's effect, which is what decides whether it may be
 * repeated. They carry no stack trace, as they are made on the path of every failed call.
 */
public abstract sealed class MeshFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private MeshFailure(String message, @Nullable Throwable cause) {
    super(message, cause, false, false);
  }

  /** Returns the one-word name of the failure, for telemetry and for people. */
  public String kind() {
    return getClass().getSimpleName();
  }

  /** No byte of the call left, or the peer says that it never ran: safe to repeat anywhere. */
  public static final class NotSent extends MeshFailure {
    private static final long serialVersionUID = 1L;

    /** Creates the failure from what prevented the sending. */
    public NotSent(String message) {
      super(message, null);
    }
  }

  /** The server refused to run the call: safe to repeat elsewhere, unless not authorised. */
  public static final class Rejected extends MeshFailure {
    private static final long serialVersionUID = 1L;
    private final Reason reason;
    private final Duration retryAfter;

    /** Why a server refuses a call. */
    public enum Reason {
      /** It has as much to do as it may. */
      OVERLOADED,
      /** It is about to stop. */
      DRAINING,
      /** Something that it needs, such as its database, is away. */
      UNAVAILABLE,
      /** The caller may not do this; repeating it is useless. */
      FORBIDDEN
    }

    /**
     * Creates the failure.
     *
     * @param retryAfter when the caller may try the same server again
     */
    public Rejected(Reason reason, String message, Duration retryAfter) {
      super(message, null);
      this.reason = reason;
      this.retryAfter = retryAfter;
    }

    /** Returns why the server refused. */
    public Reason reason() {
      return reason;
    }

    /** Returns when the caller may try the same server again. */
    public Duration retryAfter() {
      return retryAfter;
    }
  }

  /** The deadline passed before the call ran: it had no effect and is of no use any more. */
  public static final class Expired extends MeshFailure {
    private static final long serialVersionUID = 1L;

    /** Creates the failure from where the deadline passed. */
    public Expired(String message) {
      super(message, null);
    }
  }

  /** The call was sent and no answer came: it may have run. */
  public static final class Unknown extends MeshFailure {
    private static final long serialVersionUID = 1L;

    /** Creates the failure from what became of the answer. */
    public Unknown(String message) {
      super(message, null);
    }

    /** Creates the failure from what became of the answer, with the cause on this node. */
    public Unknown(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** The handler answered with a code and a message; the operation's contract says which. */
  public static final class Application extends MeshFailure {
    private static final long serialVersionUID = 1L;
    private final String code;
    private final @Nullable String pointer;
    private final @Nullable Duration retryAfter;

    /**
     * Creates the failure.
     *
     * @param code stable, for programs: lower-case words joined by dots and underscores, such as
     *     {@code user.not_found}
     * @param message for people
     */
    public Application(String code, String message) {
      this(code, message, null);
    }

    /**
     * Creates the failure of one field of the request.
     *
     * @param pointer where in the request the fault lies, as a JSON pointer such as {@code
     *     /lines/0/quantity}; null when it is not one field
     */
    public Application(String code, String message, @Nullable String pointer) {
      this(code, message, pointer, null);
    }

    /**
     * Creates the failure of a request that may succeed later.
     *
     * @param retryAfter when the caller may ask again; null when the contract says it, or waiting
     *     does not help
     */
    public Application(
        String code, String message, @Nullable String pointer, @Nullable Duration retryAfter) {
      super(message, null);
      this.code = code;
      this.pointer = pointer;
      this.retryAfter = retryAfter;
    }

    /** Returns the stable code. */
    public String code() {
      return code;
    }

    /** Returns the JSON pointer of the field at fault, or null. */
    public @Nullable String pointer() {
      return pointer;
    }

    /** Returns when the caller may ask again, or null when this failure does not say. */
    public @Nullable Duration retryAfter() {
      return retryAfter;
    }
  }
}
