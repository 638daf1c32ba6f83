/** Policies as operators write, check, change and look at them. */
@NullMarked
package io.weft.node.policy;

import org.jspecify.annotations.NullMarked;
