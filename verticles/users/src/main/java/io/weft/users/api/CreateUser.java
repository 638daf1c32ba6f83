package io.weft.users.api;

import org.jspecify.annotations.Nullable;

/**
 * A request for an account.
 *
 * @param email unique without regard to case, at most 254 characters
 * @param name 1 to 200 characters
 * @param currency of the credit, by ISO 4217
 * @param creditLimit in minor units of the currency, at least 0
 */
public record CreateUser(
    @Nullable String email,
    @Nullable String name,
    @Nullable String currency,
    @Nullable Long creditLimit) {}
