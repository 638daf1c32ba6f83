/** Certificates for development: an authority of one's own, and what it signs. */
@NullMarked
package io.weft.mesh.pki;

import org.jspecify.annotations.NullMarked;
