package io.weft.mesh.discovery;

import java.time.Duration;

/**
 * A node that was in use and is gone, although it has not left in order.
 *
 * @param node the node's id
 * @param member whether it still is a member of the cluster: its process is there, then, but is
 *     stopped or hangs, or cannot be heard
 * @param silent since it was last heard
 * @param why it is not used any more, as the log of decisions says it
 */
public record MissingNode(String node, boolean member, Duration silent, String why) {}
