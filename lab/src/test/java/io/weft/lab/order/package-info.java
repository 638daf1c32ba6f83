/** Tests of the order benchmark. */
@NullMarked
package io.weft.lab.order;

import org.jspecify.annotations.NullMarked;
