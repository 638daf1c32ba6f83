package io.weft.orders.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request for an order.
 *
 * @param userId who orders
 * @param currency of all amounts, by ISO 4217
 * @param lines what is ordered, 1 to 10,000
 * @param note for people, at most 1,000 characters
 */
public record PlaceOrder(
    @Nullable String userId,
    @Nullable String currency,
    @Nullable List<@Nullable Line> lines,
    @Nullable String note) {
  /**
   * One thing that is ordered.
   *
   * @param sku what it is, 1 to 64 characters
   * @param name what people call it, at most 200 characters
   * @param quantity how many, 1 to 1,000,000
   * @param unitPrice of one, in minor units, 0 to 10^15
   * @param discountBps off the line, in hundredths of a percent, 0 to 10,000
   */
  public record Line(
      @Nullable String sku,
      @Nullable String name,
      @Nullable Long quantity,
      @Nullable Long unitPrice,
      @Nullable Integer discountBps) {}
}
