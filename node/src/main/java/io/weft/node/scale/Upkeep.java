package io.weft.node.scale;

import io.vertx.core.Future;
import io.weft.mesh.discovery.NodeRecord;
import io.weft.mesh.telemetry.Decision.Kind;
import io.weft.mesh.telemetry.Decisions;
import io.weft.mesh.time.Ticker;
import io.weft.node.NodeLimits;
import io.weft.node.scale.ScalePlan.Group;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * A node's part in keeping the site's desired counts up when nodes die, leave and come.
 *
 * <p>Every node looks at the same records and counts, makes the same plan, and does its own part of
 * it: there is no leader, no lock and nobody to ask. Two that see different records for a moment
 * can both add what one was to add. That does no harm, as any instance can serve, and as what is
 * too many goes again in the same way: from one node, which all agree on. Nothing is taken away
 * before there is too much of it.
 *
 * <p>Nothing happens before counts have been wrong for {@link NodeLimits#UPKEEP_GRACE}, so that a
 * node that restarts finds its place free, and whoever changes a count has the time to see it
 * through.
 *
 * <p>For one event loop.
 */
final class Upkeep {
  private final String node;
  private final Supplier<List<NodeRecord>> nodes;
  private final Deploying deploying;
  private final Decisions decisions;
  private final Ticker ticker;
  private final Map<String, Wrong> wrong = new HashMap<>();
  private final Set<String> busy = new HashSet<>();

  /** Sets how many instances of a service this node runs. */
  @FunctionalInterface
  interface Deploying {
    /** Completes when it runs so many. */
    Future<?> set(String service, int instances);
  }

  /** Since when a service is not as it is to be, by which counts, and in which way. */
  private record Wrong(long epoch, boolean uneven, long sinceNanos) {}

  Upkeep(
      String node,
      Supplier<List<NodeRecord>> nodes,
      Deploying deploying,
      Decisions decisions,
      Ticker ticker) {
    this.node = node;
    this.nodes = nodes;
    this.deploying = deploying;
    this.decisions = decisions;
    this.ticker = ticker;
  }

  /**
   * Looks once; to be called every {@link NodeLimits#UPKEEP_INTERVAL}.
   *
   * @param epoch of which the counts are
   */
  void look(long epoch, DesiredCounts counts) {
    var present = nodes.get();
    wrong.keySet().retainAll(counts.services().keySet());
    new TreeMap<>(counts.services())
        .forEach(
            (service, count) -> {
              for (var group : ScalePlan.groups(service, count, present)) {
                if (group.hosts().stream().anyMatch(host -> host.id().equals(node))) {
                  look(epoch, service, group);
                }
              }
            });
  }

  private void look(long epoch, String service, Group group) {
    if (ScalePlan.even(service, group).isEmpty()) {
      wrong.remove(service);
      return;
    }
    int serving = group.serving(service);
    boolean uneven = serving == group.possible();
    var since = wrong.get(service);
    if (since == null || since.epoch() != epoch || since.uneven() != uneven) {
      since = new Wrong(epoch, uneven, ticker.nanos());
      wrong.put(service, since);
    }
    var grace = uneven ? NodeLimits.SPREAD_GRACE : NodeLimits.UPKEEP_GRACE;
    if (ticker.nanos() - since.sinceNanos() >= grace.toNanos() && !busy.contains(service)) {
      act(service, group, serving, grace);
    }
  }

  private void act(String service, Group group, int serving, Duration grace) {
    var part = ScalePlan.part(service, group, node);
    if (part.isEmpty()) {
      return; // Another node's turn.
    }
    int here =
        group.hosts().stream()
            .filter(host -> host.id().equals(node))
            .mapToInt(host -> host.serving(service))
            .sum();
    decisions.add(
        Kind.SCALE,
        service,
        node
            + " goes from "
            + here
            + " to "
            + part.getAsInt()
            + " instances: "
            + (group.zone() == null ? "the site" : "zone " + group.zone())
            + " has had "
            + serving
            + " of "
            + group.desired()
            + (serving == group.possible() ? ", spread unevenly," : "")
            + " for "
            + grace.toSeconds()
            + " s");
    busy.add(service);
    deploying
        .set(service, part.getAsInt())
        .onComplete(
            (done, failure) -> {
              busy.remove(service);
              wrong.remove(service); // Whatever is still wrong then has its own time.
              if (failure != null) {
                decisions.add(Kind.SCALE, service, node + " could not: " + failure.getMessage());
              }
            });
  }
}
