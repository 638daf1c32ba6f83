/** What operators decide about calls: the settings of services and operations, by epoch. */
@NullMarked
package io.weft.mesh.policy;

import org.jspecify.annotations.NullMarked;
