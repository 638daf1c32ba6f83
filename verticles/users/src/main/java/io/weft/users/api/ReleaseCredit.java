package io.weft.users.api;

import org.jspecify.annotations.Nullable;

/**
 * A request to give back the credit held for an order.
 *
 * @param orderId the order's id
 */
public record ReleaseCredit(@Nullable String orderId) {}
