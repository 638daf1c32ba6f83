package io.weft.routing.admin.api;

/**
 * Which entries of the audit log are asked for.
 *
 * @param limit the latest so many, 1 to 1,000
 */
public record AuditQuery(int limit) {}
