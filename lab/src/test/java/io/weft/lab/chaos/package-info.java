/** Tests of the means by which chaos is judged. */
@NullMarked
package io.weft.lab.chaos;

import org.jspecify.annotations.NullMarked;
