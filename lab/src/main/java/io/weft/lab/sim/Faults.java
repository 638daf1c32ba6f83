package io.weft.lab.sim;

import io.weft.mesh.time.Rng;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What goes wrong in a world, and when: drawn from its seed, and all of it undone in the end. */
final class Faults {
  private final World world;
  private final Rng rng;
  private final Set<Fault> active = new LinkedHashSet<>();
  private boolean over;

  /** What can go wrong. */
  private enum Kind {
    KILL,
    LOSE_HOST,
    PAUSE,
    CUT_ONE_WAY,
    CUT_TWO_WAYS,
    SPLIT,
    DELAY,
    LOSS,
    DUPLICATION,
    REORDERING,
    WALL_JUMP,
    SLOW,
    FAILING,
    UNAVAILABLE,
    ALL_FAILING,
    OVERLOAD
  }

  /** Something that goes wrong until it is undone, once; each is itself alone. */
  private static final class Fault {
    private final Runnable undo;

    Fault(Runnable undo) {
      this.undo = undo;
    }
  }

  Faults(World world, Rng rng) {
    this.world = world;
    this.rng = rng;
  }

  /** Lets things go wrong from now on. */
  void begin() {
    long gapNanos = (long) (2 * rng.nextDouble() * SimLimits.FAULT_EVERY.toNanos());
    world
        .time()
        .after(
            Duration.ofNanos(gapNanos),
            () -> {
              if (!over) {
                one();
                begin();
              }
            });
  }

  /** Undoes everything, and lets nothing go wrong any more. */
  void end() {
    over = true;
    List.copyOf(active).forEach(this::undo);
  }

  private void one() {
    var kind = Kind.values()[rng.nextInt(Kind.values().length)];
    var node = anyNode();
    world.log("fault", kind.name(), node.id(), 0);
    switch (kind) {
      case KILL, LOSE_HOST -> crash(node, kind == Kind.LOSE_HOST);
      case PAUSE -> {
        node.pause();
        lasting(node::resume);
      }
      case CUT_ONE_WAY -> cut(node, otherThan(node), false);
      case CUT_TWO_WAYS -> cut(node, otherThan(node), true);
      case SPLIT -> split();
      case DELAY -> delay();
      case LOSS -> lose(0.01 + 0.2 * rng.nextDouble());
      case DUPLICATION -> duplicate(0.01 + 0.3 * rng.nextDouble());
      case REORDERING -> {
        world.network().reorder(1);
        lasting(() -> world.network().reorder(-1));
      }
      case WALL_JUMP ->
          node.clock().jump(SimLimits.WALL_JUMP.multipliedBy(rng.nextInt(2) == 0 ? 1 : -1));
      case SLOW -> {
        node.serviceFactor(SimLimits.SLOW_FACTOR);
        lasting(() -> node.serviceFactor(1));
      }
      case FAILING -> handle(node, SimNode.Handling.FAILING);
      case UNAVAILABLE -> handle(node, SimNode.Handling.UNAVAILABLE);
      case ALL_FAILING -> world.nodes().forEach(each -> handle(each, SimNode.Handling.FAILING));
      case OVERLOAD -> {
        world.workload().factor(SimLimits.OVERLOAD_FACTOR);
        lasting(() -> world.workload().factor(1));
      }
    }
  }

  private void crash(SimNode node, boolean withHost) {
    if (node.running() != null) {
      node.crash(withHost);
      lasting(() -> world.begin(node));
    }
  }

  private void cut(SimNode one, SimNode other, boolean bothWays) {
    var network = world.network();
    network.cut(one, other);
    if (bothWays) {
      network.cut(other, one);
    }
    lasting(
        () -> {
          network.heal(one, other);
          if (bothWays) {
            network.heal(other, one);
          }
        });
  }

  /** Cuts the nodes in two parts at a random place. */
  private void split() {
    int at = 1 + rng.nextInt(world.nodes().size() - 1);
    boolean bothWays = rng.nextInt(2) == 0;
    for (var one : world.nodes().subList(0, at)) {
      for (var other : world.nodes().subList(at, world.nodes().size())) {
        world.network().cut(one, other);
        if (bothWays) {
          world.network().cut(other, one);
        }
      }
    }
    lasting(
        () -> {
          for (var one : world.nodes().subList(0, at)) {
            for (var other : world.nodes().subList(at, world.nodes().size())) {
              world.network().heal(one, other);
              if (bothWays) {
                world.network().heal(other, one);
              }
            }
          }
        });
  }

  private void delay() {
    var by = Duration.ofMillis(1L + rng.nextInt(300));
    world.network().slow(by);
    lasting(() -> world.network().slow(by.negated()));
  }

  private void lose(double share) {
    world.network().lose(share);
    lasting(() -> world.network().lose(-share));
  }

  private void duplicate(double share) {
    world.network().duplicate(share);
    lasting(() -> world.network().duplicate(-share));
  }

  private void handle(SimNode node, SimNode.Handling how) {
    node.handling(how);
    lasting(() -> node.handling(SimNode.Handling.WELL));
  }

  private void lasting(Runnable undo) {
    var fault = new Fault(undo);
    active.add(fault);
    double range = SimLimits.FAULT_MAX.minus(SimLimits.FAULT_MIN).toNanos();
    long lastsNanos = SimLimits.FAULT_MIN.toNanos() + (long) (rng.nextDouble() * range);
    world.time().after(Duration.ofNanos(lastsNanos), () -> undo(fault));
  }

  private void undo(Fault fault) {
    if (active.remove(fault)) {
      fault.undo.run();
    }
  }

  private SimNode anyNode() {
    return world.nodes().get(rng.nextInt(world.nodes().size()));
  }

  private SimNode otherThan(SimNode node) {
    int step = 1 + rng.nextInt(world.nodes().size() - 1);
    return world.nodes().get((node.index() + step) % world.nodes().size());
  }
}
