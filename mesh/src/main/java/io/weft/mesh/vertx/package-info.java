/**
 * What Vert.x programs that know nothing of the mesh find it by: vertx-service-discovery over it.
 */
@NullMarked
package io.weft.mesh.vertx;

import org.jspecify.annotations.NullMarked;
