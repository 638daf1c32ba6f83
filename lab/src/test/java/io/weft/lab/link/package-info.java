/** Tests of the means by which links are measured. */
@NullMarked
package io.weft.lab.link;

import org.jspecify.annotations.NullMarked;
