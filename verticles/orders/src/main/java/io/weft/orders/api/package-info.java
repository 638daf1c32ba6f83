/** The contract of the service orders: what other services and gateways may know of it. */
@NullMarked
package io.weft.orders.api;

import org.jspecify.annotations.NullMarked;
