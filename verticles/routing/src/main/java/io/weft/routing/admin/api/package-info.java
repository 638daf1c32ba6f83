/** What the nodes of a site tell each other for their operators: contracts, and nothing else. */
@NullMarked
package io.weft.routing.admin.api;

import org.jspecify.annotations.NullMarked;
