package io.weft.orders.api;

/**
 * How the summaries of all users are being made anew.
 *
 * @param after the position after which all events are applied again
 */
public record RebuiltSummaries(long after) {}
