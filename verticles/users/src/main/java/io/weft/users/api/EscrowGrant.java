package io.weft.users.api;

/**
 * A slice of a user's credit that a site holds from now on.
 *
 * @param userId the account's id
 * @param site the site's name
 * @param incarnation of the journal to which it was granted
 * @param number of the grant among those of this user to this journal
 * @param currency of the amount, by ISO 4217
 * @param amount in minor units, at least 1
 */
public record EscrowGrant(
    String userId, String site, String incarnation, long number, String currency, long amount) {}
