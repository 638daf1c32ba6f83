/**
 * The orders that a site takes while it is cut off from its hub: the journal in which they wait,
 * the purses from which they are paid, and the replay that brings them to the hub.
 *
 * <p>The rules ({@link io.weft.orders.site.Purse}, {@link io.weft.orders.site.JournalBound}, {@link
 * io.weft.orders.site.SlicePolicy}, {@link io.weft.orders.site.ReplayRules}) know nothing of
 * databases or links; the simulation runs them too.
 */
@NullMarked
package io.weft.orders.site;

import org.jspecify.annotations.NullMarked;
