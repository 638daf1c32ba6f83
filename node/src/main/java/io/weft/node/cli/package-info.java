/** The command line: a node, and the commands that people and scripts give to running nodes. */
@NullMarked
package io.weft.node.cli;

import org.jspecify.annotations.NullMarked;
