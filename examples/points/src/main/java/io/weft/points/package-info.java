/** The service points, an example: orders earn points, which their users spend. */
@NullMarked
package io.weft.points;

import org.jspecify.annotations.NullMarked;
