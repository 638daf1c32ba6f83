/** The server's side of a call: the order of its layers and admission. */
@NullMarked
package io.weft.mesh.server;

import org.jspecify.annotations.NullMarked;
