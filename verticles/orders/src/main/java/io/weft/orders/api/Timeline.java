package io.weft.orders.api;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What happened to an order so far, and what is to happen next, for operators.
 *
 * @param id the order's id
 * @param userId who ordered
 * @param status where it is in its life
 * @param reason why it was rejected; null otherwise
 * @param currency of the total
 * @param total in minor units
 * @param createdAt when it was placed
 * @param updatedAt when its status changed last
 * @param version grows with every change
 * @param attempts how often recovery has tried its present step
 * @param failedAttempts how often that failed by what may lie in the order itself
 * @param nextAttemptAt when recovery looks at it next; null when it is at its end, or parked
 * @param parked why nobody tries it any more; null when it is not parked
 * @param steps the events of it that are kept, in their order
 */
public record Timeline(
    String id,
    String userId,
    Order.Status status,
    @Nullable String reason,
    String currency,
    long total,
    Instant createdAt,
    Instant updatedAt,
    long version,
    int attempts,
    int failedAttempts,
    @Nullable Instant nextAttemptAt,
    @Nullable Parked parked,
    List<Step> steps) {
  /**
   * Why an order is left alone.
   *
   * @param reason what its last step met
   * @param at since when
   */
  public record Parked(String reason, Instant at) {}

  /**
   * Something that happened to it.
   *
   * @param position its place in the log of events; 0 while it waits to be moved there
   * @param topic what happened, such as {@code orders.placed}
   * @param at when, by the clock of the database
   * @param status what the order was from then on
   * @param reason why it was rejected; null otherwise
   */
  public record Step(
      long position, String topic, Instant at, Order.Status status, @Nullable String reason) {}
}
