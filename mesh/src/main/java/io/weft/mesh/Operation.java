package io.weft.mesh;

import java.util.regex.Pattern;

/**
 * One typed request and reply contract of a service, such as {@code users.get}.
 *
 * <p>An operation is a value: whoever serves it and whoever calls it hold the same constant.
 * Requests and replies are records, carried as JSON; a {@link io.vertx.core.buffer.Buffer} type
 * stands for bytes that pass through untouched.
 *
 * @param name {@code service.verb}, both of lower-case letters, digits and hyphens
 * @param kind whether the operation has effects
 * @param requestType the class of requests
 * @param replyType the class of replies
 * @param <Q> the type of requests
 * @param <R> the type of replies
 */
public record Operation<Q, R>(String name, Kind kind, Class<Q> requestType, Class<R> replyType) {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]*\\.[a-z][a-z0-9-]*");

  /** Whether an operation has effects. */
  public enum Kind {
    /** Safe: it may be repeated at will. */
    QUERY,
    /** Has effects: it carries an idempotency key, by which its server recognises a repetition. */
    COMMAND
  }

  /** Checks the name. */
  public Operation {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "operation name: \"" + name + "\" (expected: service.verb, as in users.get)");
    }
  }

  /** Returns a safe operation. */
  public static <Q, R> Operation<Q, R> query(String name, Class<Q> request, Class<R> reply) {
    return new Operation<>(name, Kind.QUERY, request, reply);
  }

  /** Returns an operation with effects. */
  public static <Q, R> Operation<Q, R> command(String name, Class<Q> request, Class<R> reply) {
    return new Operation<>(name, Kind.COMMAND, request, reply);
  }

  /** Returns the name of the service that the operation belongs to. */
  public String service() {
    return name.substring(0, name.indexOf('.'));
  }
}
