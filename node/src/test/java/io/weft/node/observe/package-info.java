@NullMarked
package io.weft.node.observe;

import org.jspecify.annotations.NullMarked;
