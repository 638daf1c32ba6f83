/** The tests of the embedded PostgreSQL. */
@NullMarked
package io.weft.ledger.embedded;

import org.jspecify.annotations.NullMarked;
