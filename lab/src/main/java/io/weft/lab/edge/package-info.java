/** Shows that hostile HTTP costs a node neither its memory nor its other clients. */
@NullMarked
package io.weft.lab.edge;

import org.jspecify.annotations.NullMarked;
