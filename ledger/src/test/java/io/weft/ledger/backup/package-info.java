/** Tests of backups. */
@NullMarked
package io.weft.ledger.backup;

import org.jspecify.annotations.NullMarked;
