package io.weft.users.api;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who asks with an API key.
 *
 * @param subject the account on whose behalf the device acts, or {@code key:} and the key's id
 * @param roles {@code device}
 * @param scopes what it may do
 * @param expiresAt until when the key is good, or null for ever
 */
public record KeyHolder(
    String subject, List<String> roles, List<String> scopes, @Nullable Instant expiresAt) {}
