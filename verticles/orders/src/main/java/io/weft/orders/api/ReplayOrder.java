package io.weft.orders.api;

import org.jspecify.annotations.Nullable;

/**
 * An order that a site has taken while it was cut off, and now brings to its hub.
 *
 * @param site the site's name
 * @param incarnation of the journal in which the order was written, a UUID
 * @param position of the order in the journal, at least 1
 * @param orderId the order's id, which the site has given out
 * @param key the idempotency key with which it was placed at the site
 * @param promise what the site has answered
 * @param order what was asked for, as it was asked for
 * @param total what the site has computed, in minor units
 */
public record ReplayOrder(
    @Nullable String site,
    @Nullable String incarnation,
    @Nullable Long position,
    @Nullable String orderId,
    @Nullable String key,
    @Nullable Promise promise,
    @Nullable PlaceOrder order,
    @Nullable Long total) {
  /** What a site that is cut off answers to whoever orders. */
  public enum Promise {
    /** It is paid from what the site holds of the user's credit: nobody takes that back. */
    CONFIRMED,
    /** It is written down, and the hub decides. */
    PROVISIONAL
  }
}
