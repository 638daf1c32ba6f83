package io.weft.routing.admin.api;

import org.jspecify.annotations.Nullable;

/**
 * A change of what is logged, if anything is to change.
 *
 * @param level {@code trace}, {@code debug}, {@code info}, {@code warn}, {@code error} or {@code
 *     off}; {@code inherit} for that of the logger above; null to change nothing
 * @param logger the logger's name; null for the one above all others
 */
public record LogChange(@Nullable String level, @Nullable String logger) {}
