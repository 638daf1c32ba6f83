package io.weft.orders.api;

import java.time.Instant;

/**
 * An order that nobody tries to bring to its end any more, until it is released.
 *
 * @param id the order's id
 * @param userId who ordered
 * @param status where it stands
 * @param reason what its last step met
 * @param failedAttempts how often that was
 * @param parkedAt since when it is parked
 */
public record ParkedOrder(
    String id,
    String userId,
    Order.Status status,
    String reason,
    int failedAttempts,
    Instant parkedAt) {}
