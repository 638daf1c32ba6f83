package io.weft.routing.admin.api;

/**
 * Which decisions are asked for.
 *
 * @param limit of the latest so many, 0 to 256
 */
public record DecisionQuery(int limit) {}
