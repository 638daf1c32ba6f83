/** The rules of the layout, kept by the build. */
@NullMarked
package io.weft.node.architecture;

import org.jspecify.annotations.NullMarked;
