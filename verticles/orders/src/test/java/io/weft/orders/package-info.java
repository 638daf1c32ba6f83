/** The tests of orders, on a real PostgreSQL, with users, through the mesh. */
@NullMarked
package io.weft.orders;

import org.jspecify.annotations.NullMarked;
