/** What the orders of each user come to, kept from the events of orders. */
@NullMarked
package io.weft.orders.summary;

import org.jspecify.annotations.NullMarked;
