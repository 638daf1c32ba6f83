/** Who may ask for what, at every way in: tokens, scopes, and whose a thing is. */
@NullMarked
package io.weft.routing.access;

import org.jspecify.annotations.NullMarked;
