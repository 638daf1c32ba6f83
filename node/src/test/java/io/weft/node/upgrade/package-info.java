@NullMarked
package io.weft.node.upgrade;

import org.jspecify.annotations.NullMarked;
