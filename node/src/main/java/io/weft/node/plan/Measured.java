package io.weft.node.plan;

/**
 * What was measured of one service on one node: how much was asked of its instances there, and how
 * fast they answered, waiting included.
 *
 * @param node the node's name
 * @param instances how many served there
 * @param perSecond calls that they served per second
 * @param meanSeconds how long the answers took on average
 * @param p99Seconds 99 % of the answers took no longer
 * @param atATimeMax how many calls its admission let one instance run at a time; 0 when nobody
 *     knows
 */
public record Measured(
    String node,
    int instances,
    double perSecond,
    double meanSeconds,
    double p99Seconds,
    int atATimeMax) {
  /** Returns whether a model can be fitted to it. */
  boolean tells() {
    return instances > 0 && perSecond > 0 && meanSeconds > 0 && p99Seconds > 0;
  }
}
