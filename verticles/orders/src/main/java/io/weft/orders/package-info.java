/** The service orders: orders, placed and cancelled as sagas that always come to an end. */
@NullMarked
package io.weft.orders;

import org.jspecify.annotations.NullMarked;
