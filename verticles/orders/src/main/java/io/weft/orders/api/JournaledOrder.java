package io.weft.orders.api;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An order that a site has taken while it was cut off.
 *
 * @param id the order's id at the site
 * @param userId who ordered
 * @param status what the site has answered, or what the hub has decided since
 * @param reason why it was rejected; null otherwise
 * @param currency of all amounts, by ISO 4217
 * @param lines what is ordered
 * @param total the sum of the lines' totals, in minor units
 * @param note for people
 * @param placedAt when it was placed, by the site's clock
 * @param hubOrderId under which the hub knows it; null until it does
 */
public record JournaledOrder(
    String id,
    String userId,
    Status status,
    @Nullable String reason,
    String currency,
    List<Order.Line> lines,
    long total,
    @Nullable String note,
    Instant placedAt,
    @Nullable String hubOrderId) {
  /** Where such an order is in its life. */
  public enum Status {
    /** It is paid: nobody takes that back. */
    CONFIRMED,
    /** It is written down, and the hub will decide. */
    PROVISIONAL,
    /** The hub has refused it. */
    REJECTED
  }

  /** Returns the order with another status. */
  public JournaledOrder with(Status other) {
    return new JournaledOrder(
        id, userId, other, reason, currency, lines, total, note, placedAt, hubOrderId);
  }
}
