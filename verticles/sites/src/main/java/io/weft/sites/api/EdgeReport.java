package io.weft.sites.api;

import org.jspecify.annotations.Nullable;

/**
 * What an edge has to bring to its hub, and how old what it knows of it may be. What the edge does
 * not serve, or lets nobody ask, is null.
 *
 * @param journalOrders orders in its journal that are to be brought to the hub
 * @param journalDisputed orders there that an operator has to see to
 * @param journalOldestSeconds for how long the oldest of those that are to be brought has waited; 0
 *     when there is none
 * @param replicaAgeSeconds how old what it knows of the hub's accounts may be
 */
public record EdgeReport(
    @Nullable Long journalOrders,
    @Nullable Long journalDisputed,
    @Nullable Long journalOldestSeconds,
    @Nullable Long replicaAgeSeconds) {}
