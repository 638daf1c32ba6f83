/** Tests of what is in deploy/. */
@NullMarked
package io.weft.lab.deploy;

import org.jspecify.annotations.NullMarked;
