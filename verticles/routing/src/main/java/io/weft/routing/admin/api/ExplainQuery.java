package io.weft.routing.admin.api;

import org.jspecify.annotations.Nullable;

/**
 * Which calls are to be explained.
 *
 * @param trace those of this trace, whole; null for the latest, in short
 */
public record ExplainQuery(@Nullable String trace) {}
