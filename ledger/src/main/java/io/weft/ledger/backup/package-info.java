/** Backups: all that the services keep in PostgreSQL, as of one moment, in one file, and back. */
@NullMarked
package io.weft.ledger.backup;

import org.jspecify.annotations.NullMarked;
