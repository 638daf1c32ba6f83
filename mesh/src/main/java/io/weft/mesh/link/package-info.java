/**
 * The link between two sites: one WebSocket that an edge opens to its hub, on which both prove who
 * they are, and a session of numbered messages that survives it. {@link io.weft.mesh.link.EdgeLink}
 * and {@link io.weft.mesh.link.HubLinks} are its two ends; docs/PROTOCOL.md has the bytes, decision
 * 0063 the reasons.
 */
@NullMarked
package io.weft.mesh.link;

import org.jspecify.annotations.NullMarked;
