/** Event-bus clients over SockJS, who reach the operations of the contract and nothing else. */
@NullMarked
package io.weft.routing.bridge;

import org.jspecify.annotations.NullMarked;
