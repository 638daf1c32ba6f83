/** What a verticle needs to call an HTTP service outside of the mesh: its requests and replies. */
@NullMarked
package io.weft.routing.api;

import org.jspecify.annotations.NullMarked;
