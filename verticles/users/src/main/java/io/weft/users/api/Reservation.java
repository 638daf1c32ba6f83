package io.weft.users.api;

import org.jspecify.annotations.Nullable;

/**
 * What was decided about the credit of an order.
 *
 * @param orderId the order's id
 * @param userId the account's id; null when the credit was released before it was ever held
 * @param currency of the amount; null as above
 * @param amount in minor units; null as above
 * @param status what became of it
 */
public record Reservation(
    String orderId,
    @Nullable String userId,
    @Nullable String currency,
    @Nullable Long amount,
    Status status) {
  /** What became of a reservation. */
  public enum Status {
    /** The credit is held. */
    HELD,
    /** Nothing is held, nor will be. */
    RELEASED,
    /** Nothing was ever held. */
    REFUSED
  }
}
