package io.weft.node.scale;

import io.weft.mesh.MeshFailure;
import io.weft.mesh.discovery.NodeRecord;
import io.weft.mesh.discovery.NodeRecord.State;
import io.weft.node.NodeLimits;
import io.weft.node.scale.DesiredCounts.Count;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The plan of where instances of a service are to be added or removed.
 *
 * <p>An instance is added on the node that has fewest of the service, and removed from the one that
 * has most; among equals, the zone that has fewest (most) decides, then the node's load with other
 * services, then its name. So losing one node, or one zone, takes as few instances as can be, and a
 * plan for what is there already is empty.
 *
 * <p>A plan depends on nothing but the records and the counts. So all nodes that see the same make
 * the same plan, and each can do its own part without asking anybody.
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

  /**
   * Nodes over which one number of instances is spread: those of a zone that has a number of its
   * own, or all others.
   *
   * @param zone the zone; null for all others
   * @param desired how many instances there are to be on them
   * @param hosts those of them that live and may host the service
   */
  record Group(@Nullable String zone, int desired, List<NodeRecord> hosts) {
    /** Returns how many instances of a service can be picked there. */
    int serving(String service) {
      return hosts.stream().mapToInt(node -> node.serving(service)).sum();
    }

    /** Returns how many of those that are desired its nodes can hold. */
    int possible() {
      return Math.min(desired, hosts.size() * NodeLimits.INSTANCES_MAX);
    }
  }

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
    return of(service, Count.of(desired), nodes);
  }

  /**
   * Plans numbers of instances over nodes, zone by zone where they are said so.
   *
   * @return as for {@link #of(String, int, List)}
   */
  static List<Step> of(String service, Count count, List<NodeRecord> nodes) {
    var groups = groups(service, count, nodes);
    groups.forEach(group -> check(service, group, nodes));
    var steps = new ArrayList<Step>();
    for (var group : groups) {
      var plan = new ScalePlan(service, group.hosts());
      plan.fill(group.desired());
      steps.addAll(plan.steps());
    }
    steps.sort(Comparator.comparing(Step::node));
    return steps;
  }

  /** Returns over which nodes which numbers of instances are spread. */
  static List<Group> groups(String service, Count count, List<NodeRecord> nodes) {
    var hosts =
        nodes.stream()
            .filter(node -> node.state() == State.SERVING && node.hosts().contains(service))
            .sorted(Comparator.comparing(NodeRecord::id))
            .toList();
    var groups = new ArrayList<Group>();
    new TreeMap<>(count.zones())
        .forEach(
            (zone, desired) ->
                groups.add(
                    new Group(
                        zone,
                        desired,
                        hosts.stream().filter(node -> node.zone().equals(zone)).toList())));
    if (count.site() != null) {
      groups.add(
          new Group(
              null,
              count.site(),
              hosts.stream().filter(node -> !count.zones().containsKey(node.zone())).toList()));
    }
    return groups;
  }

  private static void check(String service, Group group, List<NodeRecord> nodes) {
    var hosts = group.hosts();
    var zones = new TreeSet<>(nodes.stream().map(NodeRecord::zone).toList());
    if (group.zone() != null && !zones.contains(group.zone())) {
      throw new MeshFailure.Application(
          NodeScale.UNKNOWN_ZONE,
          "zone \""
              + group.zone()
              + "\" has no live node (expected: one of "
              + String.join(", ", zones)
              + ")");
    }
    var where = group.zone() == null ? "" : " in zone " + group.zone();
    if (hosts.isEmpty() && (group.desired() > 0 || group.zone() == null)) {
      throw new MeshFailure.Application(
          NodeScale.NOT_HOSTED,
          "service \""
              + service
              + "\" is hosted by no live node"
              + where
              + ": start one with --services "
              + service);
    }
    int max = hosts.size() * NodeLimits.INSTANCES_MAX;
    if (group.desired() < 0 || group.desired() > max) {
      throw new MeshFailure.Application(
          NodeScale.OUT_OF_RANGE,
          service
              + ": "
              + group.desired()
              + " instances (expected: 0 to "
              + max
              + " on "
              + hosts.size()
              + " nodes"
              + where
              + ")");
    }
  }

  /**
   * Plans what keeps a group as it is to be: as many as its nodes can hold when they cannot hold
   * all, and none with two more than another.
   */
  static List<Step> even(String service, Group group) {
    if (group.hosts().isEmpty()) {
      return List.of();
    }
    var plan = new ScalePlan(service, group.hosts());
    plan.fill(group.possible());
    plan.level();
    return plan.steps();
  }

  /**
   * Returns how many instances one node is to have next, towards an even plan. It adds what the
   * plan gives it at once, and takes away no more than there are too many: so an instance that
   * moves is there before it is gone.
   *
   * @return nothing when it has nothing to do
   */
  static OptionalInt part(String service, Group group, String node) {
    for (var step : even(service, group)) {
      if (step.node().equals(node)) {
        int surplus = group.serving(service) - group.possible();
        int to = step.to() > step.from() ? step.to() : Math.max(step.to(), step.from() - surplus);
        return to == step.from() || (to > step.from() && step.to() < step.from())
            ? OptionalInt.empty()
            : OptionalInt.of(to);
      }
    }
    return OptionalInt.empty();
  }

  private void fill(int desired) {
    int total = counts.values().stream().mapToInt(Integer::intValue).sum();
    for (; total < desired; total++) {
      counts.merge(emptiest().id(), 1, Integer::sum);
    }
    for (; total > desired; total--) {
      counts.merge(fullest().id(), -1, Integer::sum);
    }
  }

  private void level() {
    while (count(fullest()) - count(emptiest()) >= 2) {
      var from = fullest().id();
      counts.merge(emptiest().id(), 1, Integer::sum);
      counts.merge(from, -1, Integer::sum);
    }
  }

  private NodeRecord emptiest() {
    return hosts.stream().min(fullness()).orElseThrow();
  }

  private NodeRecord fullest() {
    return hosts.stream().max(fullness()).orElseThrow();
  }

  private Comparator<NodeRecord> fullness() {
    return Comparator.<NodeRecord>comparingInt(node -> count(node))
        .thenComparingInt(node -> inZone(node.zone()))
        .thenComparingInt(node -> others(node))
        .thenComparing(NodeRecord::id);
  }

  private int count(NodeRecord node) {
    return counts.getOrDefault(node.id(), 0);
  }

  private int inZone(String zone) {
    return hosts.stream().filter(n -> n.zone().equals(zone)).mapToInt(this::count).sum();
  }

  /** How much a node has to do with other services, which a plan does not change. */
  private int others(NodeRecord node) {
    return (int)
        node.instances().stream().filter(i -> i.local() && !i.service().equals(service)).count();
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
