/** The operators' API, on a port of its own. */
@NullMarked
package io.weft.routing.admin;

import org.jspecify.annotations.NullMarked;
