package io.weft.users.api;

import org.jspecify.annotations.Nullable;

/**
 * A request to give an account another password.
 *
 * @param id the account's id
 * @param password the new one, 8 to 128 characters
 * @param currentPassword the one that it has; operators need not know it
 */
public record SetPassword(
    @Nullable String id, @Nullable Secret password, @Nullable Secret currentPassword) {}
