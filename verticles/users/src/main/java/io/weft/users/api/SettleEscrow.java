package io.weft.users.api;

import org.jspecify.annotations.Nullable;

/**
 * An order that a site has paid from what it held of a user's credit.
 *
 * @param userId the account's id
 * @param site the site's name
 * @param incarnation of the journal that the order was paid from, a UUID
 * @param position of the order in the journal, at least 1
 * @param orderId the order's id
 * @param currency of the amount, by ISO 4217
 * @param amount in minor units, at least 0
 */
public record SettleEscrow(
    @Nullable String userId,
    @Nullable String site,
    @Nullable String incarnation,
    @Nullable Long position,
    @Nullable String orderId,
    @Nullable String currency,
    @Nullable Long amount) {}
