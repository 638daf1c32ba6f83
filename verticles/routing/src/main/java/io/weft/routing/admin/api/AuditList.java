package io.weft.routing.admin.api;

import java.util.List;

/**
 * Who changed what by one node.
 *
 * @param entries the latest first
 */
public record AuditList(List<AuditEntry> entries) {}
