/** Tests of policy files and of what operators do with them. */
@NullMarked
package io.weft.node.policy;

import org.jspecify.annotations.NullMarked;
