package io.weft.orders.site;

import io.weft.orders.OrdersLimits;

/**
 * How much of a user's credit a site tries to hold: large slices let it promise more while it is
 * cut off, and leave less to everybody else meanwhile.
 *
 * @param sliceBps what it fills a purse up to, in hundredths of a percent of the user's limit
 * @param lowBps what is left in a purse when it is filled up, in the same unit
 * @param highBps what is too much, so that all but a slice is given up
 */
public record SlicePolicy(int sliceBps, int lowBps, int highBps) {
  /** What a site does that nobody has told otherwise. */
  public static final SlicePolicy DEFAULT =
      new SlicePolicy(
          OrdersLimits.SLICE_BPS, OrdersLimits.SLICE_LOW_BPS, OrdersLimits.SLICE_HIGH_BPS);

  /**
   * Checks the figures.
   *
   * @throws IllegalArgumentException unless {@code 0 <= low <= slice <= high <= 10000}
   */
  public SlicePolicy {
    if (lowBps < 0 || sliceBps < lowBps || highBps < sliceBps || highBps > OrdersLimits.BPS_WHOLE) {
      throw new IllegalArgumentException(
          "low %d, slice %d, high %d (expected: 0 <= low <= slice <= high <= %d)"
              .formatted(lowBps, sliceBps, highBps, OrdersLimits.BPS_WHOLE));
    }
  }

  /**
   * Returns how much to ask for; 0 for nothing.
   *
   * @param limit the user's, in minor units
   */
  public long wanted(Purse purse, long limit) {
    return purse.available() <= part(limit, lowBps)
        ? Math.max(0, part(limit, sliceBps) - purse.available())
        : 0;
  }

  /**
   * Returns how much to give up; 0 for nothing.
   *
   * @param limit the user's, in minor units
   */
  public long surplus(Purse purse, long limit) {
    return purse.available() > part(limit, highBps) ? purse.available() - part(limit, sliceBps) : 0;
  }

  private static long part(long limit, int bps) {
    long whole = OrdersLimits.BPS_WHOLE;
    return limit / whole * bps + limit % whole * bps / whole;
  }
}
