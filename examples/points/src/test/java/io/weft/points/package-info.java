/** Tests of the service points. */
@NullMarked
package io.weft.points;

import org.jspecify.annotations.NullMarked;
