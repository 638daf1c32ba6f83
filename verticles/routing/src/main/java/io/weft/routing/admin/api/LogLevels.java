package io.weft.routing.admin.api;

import java.util.Map;

/**
 * What is logged.
 *
 * @param node the node
 * @param loggers the levels that are set, by logger; that of all is {@code ROOT}
 */
public record LogLevels(String node, Map<String, String> loggers) {}
