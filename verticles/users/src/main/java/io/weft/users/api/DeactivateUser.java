package io.weft.users.api;

import org.jspecify.annotations.Nullable;

/**
 * A request to make an account inactive.
 *
 * @param id the account's id
 * @param version the version that the caller has seen, or null for any
 */
public record DeactivateUser(@Nullable String id, @Nullable Long version) {}
