/** Where log lines go and how they look: for people on a terminal, or as JSON lines. */
@NullMarked
package io.weft.node.log;

import org.jspecify.annotations.NullMarked;
