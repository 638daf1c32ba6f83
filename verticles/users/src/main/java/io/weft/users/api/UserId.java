package io.weft.users.api;

import org.jspecify.annotations.Nullable;

/**
 * A request for one account.
 *
 * @param id the account's id
 */
public record UserId(@Nullable String id) {}
