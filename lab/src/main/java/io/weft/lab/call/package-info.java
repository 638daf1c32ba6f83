/**
 * What a remote call costs: the mesh, the bare event bus and, on request, other systems, each as
 * two processes on loopback, measured side by side in one run.
 */
@NullMarked
package io.weft.lab.call;

import org.jspecify.annotations.NullMarked;
