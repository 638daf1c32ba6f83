package io.weft.users.api;

import org.jspecify.annotations.Nullable;

/**
 * A request to change an account; what is null stays as it is.
 *
 * @param id the account's id
 * @param version the version that the caller has seen
 * @param name 1 to 200 characters
 * @param email unique without regard to case, at most 254 characters
 * @param creditLimit in minor units, not below what is reserved
 */
public record UpdateUser(
    @Nullable String id,
    @Nullable Long version,
    @Nullable String name,
    @Nullable String email,
    @Nullable Long creditLimit) {}
