package io.weft.orders.site;

import io.weft.orders.api.PlaceOrder;
import io.weft.orders.api.ReplayOrder;
import io.weft.orders.api.ReplayOrder.Promise;
import java.util.UUID;

/**
 * An order in the journal of a site.
 *
 * @param position in the journal; later orders have greater ones
 * @param incarnation of the journal in which it was written, and from whose escrow it was paid
 * @param orderId the order's id, which the site has given out
 * @param userId who ordered
 * @param key the idempotency key
 * @param promise what was answered
 * @param request what was asked for
 * @param total what it comes to, in minor units
 */
public record JournalEntry(
    long position,
    UUID incarnation,
    UUID orderId,
    UUID userId,
    String key,
    Promise promise,
    PlaceOrder request,
    long total) {

  /** Returns the request that brings it to the hub. */
  public ReplayOrder replay(String site) {
    return new ReplayOrder(
        site, incarnation.toString(), position, orderId.toString(), key, promise, request, total);
  }
}
