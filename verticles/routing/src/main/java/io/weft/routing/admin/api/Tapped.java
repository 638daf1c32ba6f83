package io.weft.routing.admin.api;

import java.time.Instant;
import java.util.List;

/**
 * Calls that a node made, in the order in which they ended.
 *
 * @param calls the calls
 * @param dropped how many more there were that are not told
 */
public record Tapped(List<Seen> calls, long dropped) {
  /**
   * A call.
   *
   * @param at when it ended
   * @param node the node that made it
   * @param instance the instance that the last attempt went to; empty when there was none
   * @param targetNode that instance's node
   * @param outcome the label of the outcome
   * @param attempts how often it was tried
   * @param trace the id of its trace
   * @param principal the name of who asked; empty for nobody
   */
  public record Seen(
      Instant at,
      String node,
      String caller,
      String operation,
      String instance,
      String targetNode,
      String outcome,
      long micros,
      int attempts,
      String trace,
      String principal) {}
}
