package io.weft.orders.api;

import org.jspecify.annotations.Nullable;

/**
 * A request for what the orders of a user come to.
 *
 * @param id the user's id
 */
public record SummarizeOrders(@Nullable String id) {}
