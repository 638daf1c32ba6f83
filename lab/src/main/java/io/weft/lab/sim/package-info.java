/**
 * A seeded world in virtual time in which the real code of the mesh runs, and the laws it keeps.
 */
@NullMarked
package io.weft.lab.sim;

import org.jspecify.annotations.NullMarked;
