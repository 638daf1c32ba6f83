package io.weft.orders.api;

/**
 * How many orders in dispute are brought to the hub again.
 *
 * @param orders that were in dispute, and wait now
 */
public record RetriedDisputed(int orders) {}
