package io.weft.routing.admin.api;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a node finds when it looks into itself, and what has to be compared with other nodes.
 *
 * @param node the node
 * @param at the time of day there
 * @param epoch of the policies that count there
 * @param digest of their text
 * @param nodes how many nodes it believes to be alive
 * @param endpoints how many endpoints it knows, by service
 * @param findings what is its own matter alone
 * @param upMillis since its process started; null when it does not say
 * @param missing the nodes that it has lost and that have not left in order; null when it does not
 *     say
 */
public record NodeCheck(
    String node,
    Instant at,
    long epoch,
    String digest,
    int nodes,
    Map<String, Integer> endpoints,
    List<Finding> findings,
    @Nullable Long upMillis,
    @Nullable List<Missing> missing) {
  /**
   * A node that one has lost.
   *
   * @param node the node
   * @param member whether it still is a member of the cluster
   * @param silentMillis since it was last heard
   * @param why it was lost
   */
  public record Missing(String node, boolean member, long silentMillis, String why) {}
}
