/** Answers that a gateway keeps, to give them again. */
@NullMarked
package io.weft.routing.cache;

import org.jspecify.annotations.NullMarked;
