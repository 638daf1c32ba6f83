package io.weft.routing.admin.api;

import java.util.List;

/**
 * What a node decided of late.
 *
 * @param decisions the latest first
 */
public record DecisionList(List<NodeDecision> decisions) {}
