/** The contract of the service sites: what other services and gateways may know of it. */
@NullMarked
package io.weft.sites.api;

import org.jspecify.annotations.NullMarked;
