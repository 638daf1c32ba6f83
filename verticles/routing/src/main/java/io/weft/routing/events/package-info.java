/** The events of services, as the gateway follows them on behalf of its clients. */
@NullMarked
package io.weft.routing.events;

import org.jspecify.annotations.NullMarked;
