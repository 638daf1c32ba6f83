/** Is this node alive, is it ready, and what does it measure. */
@NullMarked
package io.weft.routing.probe;

import org.jspecify.annotations.NullMarked;
