/** The contract of the service users: what other services and gateways may know of it. */
@NullMarked
package io.weft.users.api;

import org.jspecify.annotations.NullMarked;
