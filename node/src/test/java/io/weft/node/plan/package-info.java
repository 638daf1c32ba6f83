/** The laws of capacity planning. */
@NullMarked
package io.weft.node.plan;

import org.jspecify.annotations.NullMarked;
