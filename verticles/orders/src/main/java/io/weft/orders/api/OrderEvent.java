package io.weft.orders.api;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What became of an order.
 *
 * @param orderId the order's id
 * @param userId who ordered
 * @param status where it is in its life now
 * @param reason why it was rejected; null otherwise
 * @param currency of the total
 * @param total in minor units
 * @param version of the order; it grows with every change, and no two events of an order share one
 * @param at when it became so
 */
public record OrderEvent(
    String orderId,
    String userId,
    Order.Status status,
    @Nullable String reason,
    String currency,
    long total,
    long version,
    Instant at) {

  /** Returns the event of an order that has just become what it is. */
  public static OrderEvent of(Order order) {
    return new OrderEvent(
        order.id(),
        order.userId(),
        order.status(),
        order.reason(),
        order.currency(),
        order.total(),
        order.version(),
        order.updatedAt());
  }
}
