/**
 * All that a service author sees: operations as values, calls, deadlines and the failures a call
 * can have.
 */
@NullMarked
package io.weft.mesh;

import org.jspecify.annotations.NullMarked;
