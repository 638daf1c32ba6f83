package io.weft.routing.admin.api;

import java.time.Instant;

/**
 * A change that somebody asked for.
 *
 * @param at when it was answered
 * @param who the subject of the token, or the user of the host as he said himself
 * @param node the node that was asked
 * @param action the method and the path of the request
 * @param subject what it was about
 * @param detail what was asked, shortened
 * @param outcome {@code done}, or the status and the code of the refusal
 */
public record AuditEntry(
    Instant at,
    String who,
    String node,
    String action,
    String subject,
    String detail,
    String outcome) {}
