package io.weft.users.api;

import org.jspecify.annotations.Nullable;

/**
 * A request that names one credential.
 *
 * @param id the client's id, or the key's
 */
public record CredentialId(@Nullable String id) {}
