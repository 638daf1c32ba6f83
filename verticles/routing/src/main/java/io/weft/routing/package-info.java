/** The service that lets clients in: the HTTP gateway, the event-bus bridge and the admin API. */
@NullMarked
package io.weft.routing;

import org.jspecify.annotations.NullMarked;
