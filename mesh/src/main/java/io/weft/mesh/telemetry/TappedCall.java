package io.weft.mesh.telemetry;

import java.time.Instant;

/**
 * A call that was made on this node, as its caller felt it.
 *
 * @param at when it ended, by the node's clock
 * @param caller the service, or else the node, that called
 * @param operation what was called
 * @param endpoint the endpoint that the last attempt went to, as node, incarnation and instance
 *     with slashes between them; empty when no attempt was made
 * @param outcome what became of it
 * @param micros how long it took
 * @param attempts how often it was tried
 * @param trace the id of its trace
 * @param principal the name of who asked; empty for nobody
 */
public record TappedCall(
    Instant at,
    String caller,
    String operation,
    String endpoint,
    Outcome outcome,
    long micros,
    int attempts,
    String trace,
    String principal) {}
