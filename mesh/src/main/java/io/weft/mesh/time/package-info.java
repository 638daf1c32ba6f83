/** The only source of time and chance, so that every policy can also run in a simulated world. */
@NullMarked
package io.weft.mesh.time;

import org.jspecify.annotations.NullMarked;
