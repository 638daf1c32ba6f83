/** What documents say is so: their links, their commands, and the code that they show. */
@NullMarked
package io.weft.node.docs;

import org.jspecify.annotations.NullMarked;
