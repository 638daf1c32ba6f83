package io.weft.orders;

import io.weft.orders.api.Order;
import java.util.UUID;

/**
 * An order that is claimed, to be brought to its end.
 *
 * @param id the order's id
 * @param status what is to be done: PENDING wants its credit decided, CANCELLING its credit back
 * @param userId who ordered
 * @param currency of the total
 * @param total in minor units
 * @param attempts how often it was claimed before, the saga's first driver not counted
 */
record Work(UUID id, Order.Status status, UUID userId, String currency, long total, int attempts) {}
