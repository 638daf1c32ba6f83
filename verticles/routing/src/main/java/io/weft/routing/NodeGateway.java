package io.weft.routing;

import io.weft.routing.contract.Contract;
import io.weft.routing.docs.Docs;
import io.weft.routing.limit.Rates;
import org.jspecify.annotations.Nullable;

/**
 * What all gateway instances of one node have in common.
 *
 * @param limits how often clients may ask
 * @param port where they listen; negative for one ephemeral port that all instances with the same
 *     number share
 * @param tcpPort where their bridges listen for TCP clients, in the same way; null for nowhere
 */
record NodeGateway(
    Contract contract, Docs docs, Rates limits, int port, @Nullable Integer tcpPort) {}
