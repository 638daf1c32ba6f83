/** Faults done to real node processes under open-loop load, and what they cost the callers. */
@NullMarked
package io.weft.lab.chaos;

import org.jspecify.annotations.NullMarked;
