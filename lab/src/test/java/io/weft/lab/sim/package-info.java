/** Tests of the simulation: that it holds, that it repeats itself, and that it bites. */
@NullMarked
package io.weft.lab.sim;

import org.jspecify.annotations.NullMarked;
