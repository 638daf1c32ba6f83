/** The HTTP contract, read and checked once: endpoints, and the shapes their requests have. */
@NullMarked
package io.weft.routing.contract;

import org.jspecify.annotations.NullMarked;
