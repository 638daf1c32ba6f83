package io.weft.orders.api;

import org.jspecify.annotations.Nullable;

/**
 * A request for a page of orders.
 *
 * @param userId whose orders, or null for everybody's
 * @param status in which state, or null for any
 * @param limit items on the page, 1 to 100, or null for 50; a page of long orders holds fewer
 * @param cursor the {@code next} of the page before, or null for the first
 */
public record ListOrders(
    @Nullable String userId,
    Order.@Nullable Status status,
    @Nullable Integer limit,
    @Nullable String cursor) {}
