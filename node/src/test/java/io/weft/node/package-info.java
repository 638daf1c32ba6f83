/** What the node's rooms promise, as tests. */
@NullMarked
package io.weft.node;

import org.jspecify.annotations.NullMarked;
