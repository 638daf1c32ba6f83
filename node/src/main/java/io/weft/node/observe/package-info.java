/** What a node tells of itself: metrics, traces, and what other nodes ask for on its behalf. */
@NullMarked
package io.weft.node.observe;

import org.jspecify.annotations.NullMarked;
