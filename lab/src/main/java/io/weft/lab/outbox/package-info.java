/** How many events per second go through an outbox, how soon they arrive, and what stays behind. */
@NullMarked
package io.weft.lab.outbox;

import org.jspecify.annotations.NullMarked;
