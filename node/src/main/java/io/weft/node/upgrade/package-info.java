/** Nodes of one release taken to another, one at a time: what must hold before, and each step. */
@NullMarked
package io.weft.node.upgrade;

import org.jspecify.annotations.NullMarked;
