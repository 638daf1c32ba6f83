/** What the mesh tells of itself: outcomes and latencies of calls and attempts. */
@NullMarked
package io.weft.mesh.telemetry;

import org.jspecify.annotations.NullMarked;
