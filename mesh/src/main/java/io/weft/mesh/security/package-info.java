/** Who asks: principals, the tokens that say so, and the keys that sign and check them. */
@NullMarked
package io.weft.mesh.security;

import org.jspecify.annotations.NullMarked;
