/** What the node's rooms promise, as tests. */
@NullMarked
package io.weft.node.cli;

import org.jspecify.annotations.NullMarked;
