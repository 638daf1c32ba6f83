/** Choosing an endpoint for an attempt. */
@NullMarked
package io.weft.mesh.balance;

import org.jspecify.annotations.NullMarked;
