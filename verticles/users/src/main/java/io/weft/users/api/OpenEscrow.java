package io.weft.users.api;

import org.jspecify.annotations.Nullable;

/**
 * What a site says first when it has its hub back: which journal it has, and how far it has come.
 *
 * @param site the site's name
 * @param incarnation of its journal, a UUID
 * @param position how far it has come with it, at least 0
 */
public record OpenEscrow(
    @Nullable String site, @Nullable String incarnation, @Nullable Long position) {}
