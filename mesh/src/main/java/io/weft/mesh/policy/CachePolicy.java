package io.weft.mesh.policy;

import java.time.Duration;

/**
 * How a gateway keeps the answers to a query.
 *
 * @param keep how long an answer counts, from when it was asked for, above zero
 */
public record CachePolicy(Duration keep) {}
