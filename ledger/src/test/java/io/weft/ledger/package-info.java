/** The ledger's tests, and the PostgreSQL that the tests of services use. */
@NullMarked
package io.weft.ledger;

import org.jspecify.annotations.NullMarked;
