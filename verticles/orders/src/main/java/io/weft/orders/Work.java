package io.weft.orders;

import io.weft.mesh.TraceContext;
import io.weft.orders.api.Order;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An order that is to be brought to its end.
 *
 * @param id the order's id
 * @param status what is to be done: PENDING wants its credit decided, CANCELLING its credit back
 * @param userId who ordered
 * @param currency of the total
 * @param total in minor units
 * @param attempts how often it was claimed before, the saga's first driver not counted
 * @param failedAttempts how many tries before this one failed by what may lie in the order itself,
 *     or never came to an end
 * @param trace where what happens to it stands in a trace; {@link TraceContext#NONE} for nowhere
 * @param order the whole order as it is, or null if whoever drives it has not read it
 */
record Work(
    UUID id,
    Order.Status status,
    UUID userId,
    String currency,
    long total,
    int attempts,
    int failedAttempts,
    TraceContext trace,
    @Nullable Order order) {

  /** Returns the work on an order that was just stored or changed. */
  static Work on(Order order) {
    return on(order, 0, 0);
  }

  /** Returns the work on an order that was tried before. */
  static Work on(Order order, int attempts, int failedAttempts) {
    return new Work(
        UUID.fromString(order.id()),
        order.status(),
        UUID.fromString(order.userId()),
        order.currency(),
        order.total(),
        attempts,
        failedAttempts,
        TraceContext.NONE,
        order);
  }

  /** Returns the same work, whose steps stand in a trace. */
  Work in(TraceContext place) {
    return new Work(id, status, userId, currency, total, attempts, failedAttempts, place, order);
  }
}
