package io.weft.orders.api;

import org.jspecify.annotations.Nullable;

/**
 * A request about one order.
 *
 * @param id the order's id
 */
public record OrderId(@Nullable String id) {}
