package io.weft.orders.api;

import org.jspecify.annotations.Nullable;

/**
 * What has become of an order that a site has brought to its hub.
 *
 * @param orderId under which the hub knows it: another id when the same was ordered with the same
 *     key at the hub
 * @param outcome what has become of it
 * @param reason why it was rejected or is in dispute; null otherwise
 */
public record ReplayedOrder(String orderId, Outcome outcome, @Nullable String reason) {
  /** What can become of it. */
  public enum Outcome {
    /** It is confirmed. */
    ACCEPTED,
    /** It is rejected; never one that the site has promised. */
    REJECTED,
    /** The site has promised it, and its credit is not there: an operator has to see to it. */
    DISPUTED,
    /** It is not decided yet: the site is to ask again. */
    PENDING
  }
}
