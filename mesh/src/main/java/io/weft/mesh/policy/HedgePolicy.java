package io.weft.mesh.policy;

import java.time.Duration;

/**
 * When a query is asked a second time, elsewhere, before the first answer is there; the first of
 * the two answers counts, the other attempt is cancelled. A hedge is paid for from the retry
 * budget.
 *
 * @param percentile of the operation's latencies after which the second is sent, over 0 and under 1
 * @param delayMin the shortest wait before the second is sent
 */
public record HedgePolicy(double percentile, Duration delayMin) {}
