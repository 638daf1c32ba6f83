/** The service sites: the links of this site to others, and who may link. */
@NullMarked
package io.weft.sites;

import org.jspecify.annotations.NullMarked;
