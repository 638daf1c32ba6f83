/** When an endpoint is left out because it is ill, and how it comes back. */
@NullMarked
package io.weft.mesh.breaker;

import org.jspecify.annotations.NullMarked;
