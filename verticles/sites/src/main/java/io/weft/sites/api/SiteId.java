package io.weft.sites.api;

import org.jspecify.annotations.Nullable;

/**
 * A request about one site.
 *
 * @param site its name
 */
public record SiteId(@Nullable String site) {}
