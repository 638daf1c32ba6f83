package io.weft.lab.sim;

import io.vertx.core.Future;
import io.weft.mesh.discovery.NodeRecord;
import io.weft.mesh.discovery.Site;
import io.weft.mesh.time.Rng;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What Hazelcast does for the nodes, as far as they can tell: members, and a replicated map.
 *
 * <p>Replication waits while its way is cut. A member that died with its connections is dropped at
 * once, a silent one after a while. Two halves that see each other again merge later still; a merge
 * may lose records.
 */
final class Cluster {
  private final World world;
  private final Rng rng;
  private final Duration silence;
  private final Map<String, View> views = new TreeMap<>();

  /** What one member holds. */
  final class View implements Site {
    private final Incarnation of;
    private final Map<String, NodeRecord> records = new TreeMap<>();
    private final Set<String> members = new TreeSet<>();
    private final Map<String, Long> unseenSince = new HashMap<>();
    private final Map<String, Long> seenSince = new HashMap<>();
    private Listener listener = new Deaf();

    private View(Incarnation of) {
      this.of = of;
      members.add(of.member());
    }

    @Override
    public Future<Void> put(NodeRecord record) {
      written(record);
      others().forEach(other -> replicate(this, other, () -> other.written(record)));
      return Future.succeededFuture();
    }

    @Override
    public Future<Void> remove(String node, String incarnation) {
      dropped(node, incarnation);
      others().forEach(other -> replicate(this, other, () -> other.dropped(node, incarnation)));
      return Future.succeededFuture();
    }

    @Override
    public Optional<NodeRecord> get(String node) {
      return Optional.ofNullable(records.get(node));
    }

    @Override
    public List<NodeRecord> all() {
      return List.copyOf(records.values());
    }

    @Override
    public Set<String> members() {
      return new TreeSet<>(members);
    }

    @Override
    public void listen(Listener listener) {
      this.listener = listener;
    }

    private void written(NodeRecord record) {
      var known = records.get(record.id());
      boolean older =
          known != null
              && known.incarnation().equals(record.incarnation())
              && known.revision() > record.revision();
      if (!older) {
        records.put(record.id(), record);
        listener.put(record);
      }
    }

    private void dropped(String node, String incarnation) {
      var known = records.get(node);
      if (known != null && known.incarnation().equals(incarnation)) {
        records.remove(node);
        listener.removed(node);
      }
    }

    private void left(String member) {
      unseenSince.remove(member);
      if (members.remove(member)) {
        world.log("member left", of.member(), member, 0);
        listener.membersChanged();
      }
    }

    private List<View> others() {
      return members.stream()
          .filter(member -> !member.equals(of.member()))
          .map(views::get)
          .filter(view -> view != null)
          .toList();
    }

    private void look() {
      for (var member : List.copyOf(members)) {
        var other = views.get(member);
        if (other == this) {
          continue;
        }
        if (other != null && reachable(other)) {
          unseenSince.remove(member);
        } else if (longSince(unseenSince, member, silence)) {
          left(member);
        }
      }
      for (var other : views.values()) {
        var member = other.of.member();
        if (members.contains(member) || !reachable(other)) {
          seenSince.remove(member);
        } else if (longSince(seenSince, member, SimLimits.MERGE_DELAY)) {
          seenSince.remove(member);
          merge(other);
        }
      }
    }

    private boolean reachable(View other) {
      return !other.of.node().paused() && !world.network().apart(of.node(), other.of.node());
    }

    private boolean longSince(Map<String, Long> since, String member, Duration limit) {
      long now = world.nanos();
      return now - since.computeIfAbsent(member, m -> now) >= limit.toNanos();
    }

    /**
     * One of the two halves keeps its map; what only the other one had is written anew by owners.
     */
    private void merge(View other) {
      world.log("merge", of.member(), other.of.member(), 0);
      members.add(other.of.member());
      if (rng.nextInt(3) > 0) {
        other.records.values().forEach(this::written);
      }
      listener.membersChanged();
    }
  }

  /** Nobody listens yet. */
  private static final class Deaf implements Site.Listener {
    @Override
    public void put(NodeRecord record) {}

    @Override
    public void removed(String node) {}

    @Override
    public void membersChanged() {}
  }

  Cluster(World world, Rng rng, Duration silence) {
    this.world = world;
    this.rng = rng;
    this.silence = silence;
  }

  /** Lets a process join those that it can reach and whom these know, or be alone. */
  View join(Incarnation joiner) {
    var view = new View(joiner);
    for (var other : views.values()) {
      if (view.reachable(other)) {
        if (view.members.size() == 1) {
          view.records.putAll(other.records);
        }
        view.members.addAll(other.members);
      }
    }
    views.put(joiner.member(), view);
    for (var other : view.others()) {
      replicate(
          view,
          other,
          () -> {
            if (other.members.add(joiner.member())) {
              other.listener.membersChanged();
            }
          });
    }
    return view;
  }

  /** Takes note that a process ended; unless its host did too, the others are told at once. */
  void ended(Incarnation dead, boolean silently) {
    var view = views.remove(dead.member());
    if (view == null || silently) {
      return;
    }
    for (var other : views.values()) {
      if (!world.network().apart(dead.node(), other.of.node())) {
        world.time().after(world.closeDelay(), () -> other.of.run(() -> other.left(dead.member())));
      }
    }
  }

  /** Lets the members look after each other from now on. */
  void watch() {
    world
        .time()
        .after(
            SimLimits.HEARTBEAT_INTERVAL,
            () -> {
              List.copyOf(views.values()).forEach(view -> whenRunning(view));
              watch();
            });
  }

  /** A paused process looks at nothing, and not at everything it missed once it goes on either. */
  private static void whenRunning(View view) {
    if (!view.of.node().paused()) {
      view.of.run(view::look);
    }
  }

  /** Returns whether all live processes are members of one cluster, in the eyes of each. */
  boolean whole() {
    return views.values().stream().allMatch(view -> view.members.equals(views.keySet()));
  }

  /** In order, after any cut has healed, as long as both are members of the same cluster. */
  private void replicate(View from, View to, Runnable task) {
    if (!from.of.alive() || !from.members.contains(to.of.member())) {
      return;
    }
    var network = world.network();
    if (network.discoveryFrozen() || network.apart(from.of.node(), to.of.node())) {
      world.time().after(SimLimits.REPLICATION_RETRY, () -> replicate(from, to, task));
    } else {
      world.time().after(network.way(), () -> to.of.run(task));
    }
  }
}
