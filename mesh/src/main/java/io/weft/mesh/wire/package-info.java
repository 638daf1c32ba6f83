/** Bodies and envelopes as bytes, and their size limits. */
@NullMarked
package io.weft.mesh.wire;

import org.jspecify.annotations.NullMarked;
