package io.weft.users.api;

import org.jspecify.annotations.Nullable;

/**
 * A site's request for a slice of a user's credit.
 *
 * @param userId the account's id
 * @param site the site's name
 * @param incarnation of the site's journal, a UUID
 * @param position how far the site has come with it, at least 0
 * @param number of the grant among those of this user to this journal: 1, 2, 3 and so on
 * @param amount how much is wanted, in minor units, at least 1; less may be granted
 */
public record GrantEscrow(
    @Nullable String userId,
    @Nullable String site,
    @Nullable String incarnation,
    @Nullable Long position,
    @Nullable Long number,
    @Nullable Long amount) {}
