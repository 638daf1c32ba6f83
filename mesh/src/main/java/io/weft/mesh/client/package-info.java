/** The caller's side of a call: the order of its layers, retries and their budget. */
@NullMarked
package io.weft.mesh.client;

import org.jspecify.annotations.NullMarked;
