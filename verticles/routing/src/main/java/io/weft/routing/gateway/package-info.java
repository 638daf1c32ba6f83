/** HTTP in front of the mesh: one request becomes one call, one answer one response. */
@NullMarked
package io.weft.routing.gateway;

import org.jspecify.annotations.NullMarked;
