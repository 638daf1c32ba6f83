package io.weft.ledger;

import io.vertx.core.buffer.Buffer;
import io.weft.mesh.Call;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.wire.JsonCodec;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * A command as the inbox knows it.
 *
 * @param scope within which the key is unique: the operation, and the user where keys are a user's
 * @param key the idempotency key, 1 to {@link MeshLimits#KEY_MAX_CHARS} characters, none of them a
 *     control character
 * @param fingerprint SHA-256 of the request, by which another request with the same key is told
 */
public record Command(String scope, String key, Buffer fingerprint) {
  /**
   * Checks the key, which comes from outside and goes into the database.
   *
   * @throws MeshFailure.Application {@code idempotency_key.invalid}
   */
  public Command {
    if (key.isEmpty()
        || key.length() > MeshLimits.KEY_MAX_CHARS
        || !StorableText.isClean(key, false)) {
      throw new MeshFailure.Application(
          "idempotency_key.invalid",
          "idempotency key: %d characters (expected: 1 to %d, no control characters)"
              .formatted(key.length(), MeshLimits.KEY_MAX_CHARS));
    }
  }

  /** Returns the command that is being served, with a scope of its own operation. */
  public static Command of(Call call, Object request) {
    return of(call.operation(), call.key(), request);
  }

  /** Returns a command with a scope. */
  public static Command of(String scope, String key, Object request) {
    return new Command(scope, key, fingerprint(request));
  }

  private static Buffer fingerprint(Object request) {
    try {
      return Buffer.buffer(
          MessageDigest.getInstance("SHA-256").digest(JsonCodec.encode(request).getBytes()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
