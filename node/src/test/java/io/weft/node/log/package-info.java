/** What the node's rooms promise, as tests. */
@NullMarked
package io.weft.node.log;

import org.jspecify.annotations.NullMarked;
