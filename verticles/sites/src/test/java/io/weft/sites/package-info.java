/** The tests of sites, on a real PostgreSQL and over real links. */
@NullMarked
package io.weft.sites;

import org.jspecify.annotations.NullMarked;
