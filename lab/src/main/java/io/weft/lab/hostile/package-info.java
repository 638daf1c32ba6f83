/** A million hostile frames at the live bus port of a node: {@code scripts/hostile.sh}. */
@NullMarked
package io.weft.lab.hostile;

import org.jspecify.annotations.NullMarked;
