/** What of one site answers at another, over the link between them: exports and imports. */
@NullMarked
package io.weft.sites.reach;

import org.jspecify.annotations.NullMarked;
