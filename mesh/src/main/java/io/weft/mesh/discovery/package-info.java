/** Who serves what, and whether that is still believed: records, leases and incarnations. */
@NullMarked
package io.weft.mesh.discovery;

import org.jspecify.annotations.NullMarked;
