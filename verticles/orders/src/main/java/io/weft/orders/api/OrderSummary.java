package io.weft.orders.api;

import java.util.List;

/**
 * What the orders of a user come to, as of a moment that is not long ago.
 *
 * @param userId who ordered
 * @param orders how many orders there are, whatever became of them
 * @param totals what they come to, by currency and status; those without orders are left out
 * @param position of the last event of orders that is in it; later ones are not yet
 */
public record OrderSummary(String userId, long orders, List<Total> totals, long position) {
  /**
   * The orders of one currency in one state.
   *
   * @param currency of the total, by ISO 4217
   * @param status in which the orders are; those that are being cancelled are CONFIRMED until then
   * @param orders how many
   * @param total the sum of their totals, in minor units; 2^63 - 1 when it is more
   */
  public record Total(String currency, Order.Status status, long orders, long total) {}
}
