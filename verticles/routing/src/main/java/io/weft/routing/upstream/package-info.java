/** Any HTTP service, in any language, as a service of the mesh. */
@NullMarked
package io.weft.routing.upstream;

import org.jspecify.annotations.NullMarked;
