package io.weft.routing.admin.api;

import org.jspecify.annotations.Nullable;

/**
 * Which calls somebody wants to see; what is null does not matter.
 *
 * @param service the name of the service that is called
 * @param operation the name of the operation
 * @param caller the service, or else the node, that calls
 * @param outcome the label of the outcome, or {@code failed} for all but ok
 * @param slowerThanMillis how long the call took, at least
 */
public record TapQuery(
    @Nullable String service,
    @Nullable String operation,
    @Nullable String caller,
    @Nullable String outcome,
    int slowerThanMillis) {}
