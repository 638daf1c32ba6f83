/** What other services, and the gateway, know of the service points. */
@NullMarked
package io.weft.points.api;

import org.jspecify.annotations.NullMarked;
