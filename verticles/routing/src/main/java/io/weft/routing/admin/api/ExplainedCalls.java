package io.weft.routing.admin.api;

/**
 * How calls were made.
 *
 * @param calls a JSON array, in the form in which the admin API tells of them
 */
public record ExplainedCalls(String calls) {}
