package io.weft.users.api;

/**
 * What the journal of a site holds of a user's credit, by the hub's account; in minor units. All
 * but the difference only grow.
 *
 * @param userId the account's id
 * @param site the site's name
 * @param incarnation of the journal
 * @param granted what was ever granted to it
 * @param settled what it has spent, and the hub has heard of
 * @param returned what it has given up, and the hub has taken back
 * @param freed what an operator has taken back without the site
 */
public record EscrowBalance(
    String userId,
    String site,
    String incarnation,
    long granted,
    long settled,
    long returned,
    long freed) {}
