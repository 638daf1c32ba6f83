/** A book of orders replayed over HTTP, and what came of it compared to the cent. */
@NullMarked
package io.weft.node.replay;

import org.jspecify.annotations.NullMarked;
