package io.weft.users.api;

import org.jspecify.annotations.Nullable;

/**
 * A request for a page of credentials.
 *
 * @param limit items on the page, 1 to 100, or null for 50
 * @param cursor the {@code next} of the page before, or null for the first
 */
public record ListCredentials(@Nullable Integer limit, @Nullable String cursor) {}
