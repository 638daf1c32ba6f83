/** JMH benchmarks: what one step of a call costs, without a network. */
@NullMarked
package io.weft.lab.jmh;

import org.jspecify.annotations.NullMarked;
