/** How many instances of a service run, and where: planned here, done by each node. */
@NullMarked
package io.weft.node.scale;

import org.jspecify.annotations.NullMarked;
