/** YAML files as trees of nodes with the line of each, read so that none can do harm. */
@NullMarked
package io.weft.node.yaml;

import org.jspecify.annotations.NullMarked;
