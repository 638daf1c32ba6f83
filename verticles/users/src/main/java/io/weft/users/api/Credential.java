package io.weft.users.api;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The credential of a machine.
 *
 * @param id the client's id, or the key's
 * @param secret the client's secret, or the whole API key. It is there once, in the answer to the
 *     request that made it, and in no repetition of that answer: nobody keeps it
 * @param name by which people know it
 * @param scopes what it may do
 * @param userId the account on whose behalf a device acts, or null
 * @param createdAt when it was made
 * @param expiresAt until when it is good, or null for ever
 * @param revokedAt since when it is not good any more, or null while it is
 */
public record Credential(
    String id,
    @Nullable Secret secret,
    String name,
    List<String> scopes,
    @Nullable String userId,
    Instant createdAt,
    @Nullable Instant expiresAt,
    @Nullable Instant revokedAt) {
  /** Returns this credential with its secret, for the one who asked for it. */
  public Credential with(Secret shown) {
    return new Credential(id, shown, name, scopes, userId, createdAt, expiresAt, revokedAt);
  }
}
