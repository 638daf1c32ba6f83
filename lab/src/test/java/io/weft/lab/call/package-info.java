/** What the call benchmark must do for its figures to mean anything. */
@NullMarked
package io.weft.lab.call;

import org.jspecify.annotations.NullMarked;
