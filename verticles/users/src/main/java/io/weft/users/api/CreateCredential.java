package io.weft.users.api;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request for the credential of a machine: a client, or a device with an API key.
 *
 * @param name by which people know it, 1 to 200 characters
 * @param scopes what it may do, at least one
 * @param userId the account on whose behalf a device acts, or null for nobody's; a client has none
 * @param expiresAt until when it is good, or null for ever
 */
public record CreateCredential(
    @Nullable String name,
    @Nullable List<String> scopes,
    @Nullable String userId,
    @Nullable Instant expiresAt) {}
