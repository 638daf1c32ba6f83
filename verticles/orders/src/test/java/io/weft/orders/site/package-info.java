/** The rules and the replay of a site's journal, without a database. */
@NullMarked
package io.weft.orders.site;

import org.jspecify.annotations.NullMarked;
