/** How much clients may ask for: rates, requests that run at a time, connections. */
@NullMarked
package io.weft.routing.limit;

import org.jspecify.annotations.NullMarked;
