package io.weft.users.api;

import org.jspecify.annotations.Nullable;

/**
 * A request to hold credit for an order.
 *
 * @param userId the account's id
 * @param orderId the order's id
 * @param currency of the amount, by ISO 4217
 * @param amount in minor units, at least 0
 */
public record ReserveCredit(
    @Nullable String userId,
    @Nullable String orderId,
    @Nullable String currency,
    @Nullable Long amount) {}
