/** What went wrong, as every client is told: problem documents. */
@NullMarked
package io.weft.routing.problem;

import org.jspecify.annotations.NullMarked;
