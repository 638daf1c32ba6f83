package io.weft.orders.api;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An order.
 *
 * @param id the order's id
 * @param userId who ordered
 * @param status where it is in its life
 * @param reason why it was rejected: {@code credit.insufficient}, {@code user.inactive} or {@code
 *     credit.currency_mismatch}; null otherwise
 * @param currency of all amounts, by ISO 4217
 * @param lines what is ordered
 * @param total the sum of the lines' totals, in minor units
 * @param note for people
 * @param createdAt when it was placed
 * @param updatedAt when its status changed last
 * @param version grows with every change; 0 while only the site knows of it that has taken it
 */
public record Order(
    String id,
    String userId,
    Status status,
    @Nullable String reason,
    String currency,
    List<Line> lines,
    long total,
    @Nullable String note,
    Instant createdAt,
    Instant updatedAt,
    long version) {
  /** Where an order is in its life. */
  public enum Status {
    /** Stored, and its credit not decided on yet. */
    PENDING,
    /** Taken by a site that is cut off, which promises nothing: its hub will decide. */
    PROVISIONAL,
    /** Its credit is held. */
    CONFIRMED,
    /** Its credit was refused. */
    REJECTED,
    /** It is to be cancelled, and its credit is not given back yet. */
    CANCELLING,
    /** Its credit was given back. */
    CANCELLED
  }

  /**
   * One thing that is ordered.
   *
   * @param sku what it is
   * @param name what people call it
   * @param quantity how many
   * @param unitPrice of one, in minor units
   * @param discountBps off the line, in hundredths of a percent
   * @param total of the line, in minor units, rounded half up
   */
  public record Line(
      String sku,
      @Nullable String name,
      long quantity,
      long unitPrice,
      @Nullable Integer discountBps,
      long total) {}
}
