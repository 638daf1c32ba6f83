package io.weft.mesh;

import io.weft.mesh.wire.JsonCodec;
import java.util.regex.Pattern;

/**
 * One typed request and reply contract of a service, such as {@code users.get}.
 *
 * <p>An operation is a value: whoever serves it and whoever calls it hold the same constant.
 * Requests and replies are records, carried as JSON unless the operation names other codecs; a
 * {@link io.vertx.core.buffer.Buffer} type stands for bytes that pass through untouched. Requests
 * are read strictly; of a reply, fields that the caller does not know are passed over, as whoever
 * answers may be newer.
 *
 * @param name {@code service.verb}, both of lower-case letters, digits and hyphens
 * @param kind whether the operation has effects
 * @param request the codec of requests
 * @param reply the codec of replies
 * @param <Q> the type of requests
 * @param <R> the type of replies
 */
public record Operation<Q, R>(String name, Kind kind, Codec<Q> request, Codec<R> reply) {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]*\\.[a-z][a-z0-9-]*");

  /** Whether an operation has effects. */
  public enum Kind {
    /** Safe: it may be repeated at will. */
    QUERY,
    /** Has effects: it carries an idempotency key, by which its server recognises a repetition. */
    COMMAND,
    /** Safe, and answered by a stream of items; see {@link StreamOperation}. */
    STREAM
  }

  /** Checks the name and the kind. */
  public Operation {
    checkName(name);
    if (kind == Kind.STREAM) {
      throw new IllegalArgumentException(
          name + " answers with a stream (expected: a StreamOperation)");
    }
  }

  /** Returns a safe operation. */
  public static <Q, R> Operation<Q, R> query(String name, Class<Q> request, Class<R> reply) {
    return query(name, JsonCodec.of(request), JsonCodec.lenient(reply));
  }

  /** Returns a safe operation with codecs of its own. */
  public static <Q, R> Operation<Q, R> query(String name, Codec<Q> request, Codec<R> reply) {
    return new Operation<>(name, Kind.QUERY, request, reply);
  }

  /** Returns an operation with effects. */
  public static <Q, R> Operation<Q, R> command(String name, Class<Q> request, Class<R> reply) {
    return command(name, JsonCodec.of(request), JsonCodec.lenient(reply));
  }

  /** Returns an operation with effects and codecs of its own. */
  public static <Q, R> Operation<Q, R> command(String name, Codec<Q> request, Codec<R> reply) {
    return new Operation<>(name, Kind.COMMAND, request, reply);
  }

  /** Returns the name of the service that the operation belongs to. */
  public String service() {
    return serviceOf(name);
  }

  /** Returns the service's part of an operation's name. */
  public static String serviceOf(String operation) {
    return operation.substring(0, operation.indexOf('.'));
  }

  /**
   * Checks the name of an operation.
   *
   * @return the name
   * @throws IllegalArgumentException if it is not {@code service.verb}, or longer than {@link
   *     MeshLimits#OPERATION_MAX_CHARS}
   */
  public static String checkName(String name) {
    if (name.length() > MeshLimits.OPERATION_MAX_CHARS) {
      throw new IllegalArgumentException(
          "operation name of "
              + name.length()
              + " characters (limit: "
              + MeshLimits.OPERATION_MAX_CHARS
              + ")");
    }
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "operation name: \"" + name + "\" (expected: service.verb, as in users.get)");
    }
    return name;
  }
}
