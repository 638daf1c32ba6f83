/** Shows that a peer that stands still costs whoever calls it neither heap nor time. */
@NullMarked
package io.weft.lab.stall;

import org.jspecify.annotations.NullMarked;
