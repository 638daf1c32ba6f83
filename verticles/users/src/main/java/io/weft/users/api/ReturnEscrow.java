package io.weft.users.api;

import org.jspecify.annotations.Nullable;

/**
 * What a site has given up of what it held of a user's credit, and will not spend any more.
 *
 * @param userId the account's id
 * @param site the site's name
 * @param incarnation of the site's journal, a UUID
 * @param position how far the site has come with it, at least 0
 * @param givenUp all that it has ever given up of this user's credit by this journal, in minor
 *     units, so that it may be said any number of times
 */
public record ReturnEscrow(
    @Nullable String userId,
    @Nullable String site,
    @Nullable String incarnation,
    @Nullable Long position,
    @Nullable Long givenUp) {}
