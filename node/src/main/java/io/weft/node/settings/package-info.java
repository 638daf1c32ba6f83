/** What a node is told: the table of settings, the layers they come from, and their checking. */
@NullMarked
package io.weft.node.settings;

import org.jspecify.annotations.NullMarked;
