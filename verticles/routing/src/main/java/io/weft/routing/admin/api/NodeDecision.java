package io.weft.routing.admin.api;

import java.time.Instant;

/**
 * Something that a node decided by itself or was told to do, and why.
 *
 * @param kind one of {@code ejection}, {@code return}, {@code shed}, {@code scale}, {@code policy},
 *     {@code node-joined}, {@code node-left}, {@code drain}, {@code autoscale}, {@code alert}
 */
public record NodeDecision(Instant at, String node, String kind, String subject, String why) {}
