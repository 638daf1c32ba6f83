package io.weft.routing.admin.api;

import java.util.List;

/**
 * What one node saw in the last seconds, in parts that can be added up over nodes.
 *
 * @param node the node
 * @param seconds that the parts span: more or fewer than were asked for, as it happened
 * @param machine how its process is
 * @param calls calls made there, as their callers felt them, by operation
 * @param servings runs of its handlers, by operation and instance
 * @param edges the same runs by operation, and by the service and the node that called
 * @param instances its instances, at present
 * @param breakers the endpoints that a caller there does not take for well
 */
public record NodeStat(
    String node,
    double seconds,
    Machine machine,
    List<Part> calls,
    List<Part> servings,
    List<Part> edges,
    List<Instance> instances,
    List<Suspect> breakers) {

  /**
   * How a process is.
   *
   * @param uptimeMillis since its start
   * @param residentBytes of it that are in memory; 0 where the system does not say
   * @param cpu the share of all cores that it uses, 0 to 1
   * @param loopDelay how late its event loops were, as {@code Distribution.encoded} has it
   * @param epoch of the policies that count there
   * @param draining whether it takes nothing on any more
   */
  public record Machine(
      long uptimeMillis,
      long heapUsedBytes,
      long heapMaxBytes,
      long residentBytes,
      double cpu,
      List<Long> loopDelay,
      long epoch,
      boolean draining) {}

  /**
   * What has everything in common that is told apart; what does not apply is empty.
   *
   * @param outcome the label of the outcome
   * @param latencies as {@code Distribution.encoded} has it
   */
  public record Part(
      String operation,
      String instance,
      String caller,
      String node,
      String outcome,
      List<Long> latencies) {}

  /**
   * An instance, and how much it has to do.
   *
   * @param inFlight calls that run
   * @param limit calls that may run at a time
   * @param queued calls that wait
   */
  public record Instance(String instance, int inFlight, int limit, int queued) {}

  /**
   * An endpoint that is not taken for well.
   *
   * @param breaker {@code HALF_OPEN} or {@code OPEN}
   */
  public record Suspect(String node, String instance, String breaker) {}
}
