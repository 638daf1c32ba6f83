/**
 * Effects that happen once: the database of a service, its migrations, the inbox of its commands,
 * the outbox, log and consumers of its events, and the cursors of its lists.
 */
@NullMarked
package io.weft.ledger;

import org.jspecify.annotations.NullMarked;
