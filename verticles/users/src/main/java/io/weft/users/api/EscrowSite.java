package io.weft.users.api;

import org.jspecify.annotations.Nullable;

/**
 * A request about what a site holds of the credit of users.
 *
 * @param site the site's name
 */
public record EscrowSite(@Nullable String site) {}
