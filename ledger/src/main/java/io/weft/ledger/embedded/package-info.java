/** A PostgreSQL server that comes with the node: unpacked, started, shared and stopped here. */
@NullMarked
package io.weft.ledger.embedded;

import org.jspecify.annotations.NullMarked;
