package io.weft.node.scale;

import io.weft.mesh.MeshFailure;
import io.weft.mesh.discovery.NodeRecord;
import io.weft.mesh.discovery.NodeRecord.State;
import io.weft.node.NodeLimits;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The plan of where instances of a service are to be added or removed.
 *
 * <p>An instance is added on the node that has fewest of the service, and removed from the one that
 * has most; among equals, the zone that has fewest (most) decides, then the node's load with other
 * services, then its name. So losing one node, or one zone, takes as few instances as can be, and a
 * plan for what is there already is empty.
 */
public final class ScalePlan {
  private final String service;
  private final List<NodeRecord> hosts;
  private final Map<String, Integer> counts = new HashMap<>();

  /**
   * One node's part of a plan.
   *
   * @param node the node's id
   * @param from instances that it has
   * @param to instances that it is to have
   */
  public record Step(String node, int from, int to) {}

  private ScalePlan(String service, List<NodeRecord> hosts) {
    this.service = service;
    this.hosts = hosts;
    hosts.forEach(node -> counts.put(node.id(), node.serving(service)));
  }

  /**
   * Plans a number of instances over nodes.
   *
   * @param desired how many instances there shall be in all
   * @param nodes the nodes that are alive
   * @return one step for each node whose number changes, in the order of the nodes' names
   * @throws MeshFailure.Application if no node hosts the service, or the nodes that do cannot hold
   *     so many
   */
  public static List<Step> of(String service, int desired, List<NodeRecord> nodes) {
    var hosts =
        nodes.stream()
            .filter(node -> node.state() == State.SERVING && node.hosts().contains(service))
            .sorted(Comparator.comparing(NodeRecord::id))
            .toList();
    check(service, desired, hosts);
    var plan = new ScalePlan(service, hosts);
    plan.fill(desired);
    return plan.steps();
  }

  private static void check(String service, int desired, List<NodeRecord> hosts) {
    if (hosts.isEmpty()) {
      throw new MeshFailure.Application(
          NodeScale.NOT_HOSTED,
          "service \""
              + service
              + "\" is hosted by no live node: start one with --services "
              + service);
    }
    int max = hosts.size() * NodeLimits.INSTANCES_MAX;
    if (desired < 0 || desired > max) {
      throw new MeshFailure.Application(
          NodeScale.OUT_OF_RANGE,
          service
              + ": "
              + desired
              + " instances (expected: 0 to "
              + max
              + " on "
              + hosts.size()
              + " nodes)");
    }
  }

  private void fill(int desired) {
    int total = counts.values().stream().mapToInt(Integer::intValue).sum();
    for (; total < desired; total++) {
      counts.merge(hosts.stream().min(fullness()).orElseThrow().id(), 1, Integer::sum);
    }
    for (; total > desired; total--) {
      counts.merge(hosts.stream().max(fullness()).orElseThrow().id(), -1, Integer::sum);
    }
  }

  private Comparator<NodeRecord> fullness() {
    return Comparator.<NodeRecord>comparingInt(node -> count(node))
        .thenComparingInt(node -> inZone(node.zone()))
        .thenComparingInt(node -> node.instances().size())
        .thenComparing(NodeRecord::id);
  }

  private int count(NodeRecord node) {
    return counts.getOrDefault(node.id(), 0);
  }

  private int inZone(String zone) {
    return hosts.stream().filter(n -> n.zone().equals(zone)).mapToInt(this::count).sum();
  }

  private List<Step> steps() {
    var steps = new ArrayList<Step>();
    for (var node : hosts) {
      int from = node.serving(service);
      if (from != count(node)) {
        steps.add(new Step(node.id(), from, count(node)));
      }
    }
    return steps;
  }
}
