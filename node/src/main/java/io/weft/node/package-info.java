/** The composition root: one process that hosts services on the mesh. It sees all rooms. */
@NullMarked
package io.weft.node;

import org.jspecify.annotations.NullMarked;
