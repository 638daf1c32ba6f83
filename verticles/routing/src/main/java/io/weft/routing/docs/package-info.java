/** The page on which people read the contract and try it. */
@NullMarked
package io.weft.routing.docs;

import org.jspecify.annotations.NullMarked;
