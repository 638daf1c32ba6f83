/** Capacity planning: how many instances hold a target of latency, and on which nodes they fit. */
@NullMarked
package io.weft.node.plan;

import org.jspecify.annotations.NullMarked;
