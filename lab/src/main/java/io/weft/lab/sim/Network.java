package io.weft.lab.sim;

import io.weft.mesh.time.Rng;
import io.weft.mesh.time.VirtualTime;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * What lies between the nodes: messages take time, and may be lost, doubled, overtaken or cut off,
 * in one direction or both.
 *
 * <p>It is harsher than the connections of the event bus, which lose a message only by closing.
 */
final class Network {
  private final VirtualTime time;
  private final Rng rng;
  private final int[][] cuts;
  private final long[][] lastNanos;
  private double loss;
  private double duplication;
  private int reordering;
  private Duration delay = Duration.ZERO;
  private boolean frozen;

  /** Creates a network without faults between a number of nodes. */
  Network(VirtualTime time, Rng rng, int nodes) {
    this.time = time;
    this.rng = rng;
    cuts = new int[nodes][nodes];
    lastNanos = new long[nodes][nodes];
  }

  /** Cuts one direction off; what is cut twice must be healed twice. */
  void cut(SimNode from, SimNode to) {
    cuts[from.index()][to.index()]++;
  }

  /** Takes one cut back. */
  void heal(SimNode from, SimNode to) {
    cuts[from.index()][to.index()]--;
  }

  /** Returns whether messages of one direction are lost. */
  boolean cutOff(SimNode from, SimNode to) {
    return cuts[from.index()][to.index()] > 0;
  }

  /** Returns whether either direction is cut: no connection stands. */
  boolean apart(SimNode one, SimNode other) {
    return cutOff(one, other) || cutOff(other, one);
  }

  /** Adds to the share of messages that are lost, 0 to 1. */
  void lose(double share) {
    loss += share;
  }

  /** Adds to the share of messages that come twice, 0 to 1. */
  void duplicate(double share) {
    duplication += share;
  }

  /** Lets messages overtake each other, or no more: +1 or -1. */
  void reorder(int change) {
    reordering += change;
  }

  /** Adds to the time that a message takes, and to its jitter. */
  void slow(Duration by) {
    delay = delay.plus(by);
  }

  /** Lets announcements and records reach nobody, or somebody again. */
  void freezeDiscovery(boolean still) {
    frozen = still;
  }

  boolean discoveryFrozen() {
    return frozen;
  }

  /**
   * Sends a message.
   *
   * @param arrival what it does to the process that it reaches
   * @param refused called on the sender's side when no process was there to be reached
   * @return how many copies are under way: 0, 1 or 2
   */
  int send(SimNode from, SimNode to, Consumer<Incarnation> arrival, Runnable refused) {
    if (cutOff(from, to) || chance(loss)) {
      return 0;
    }
    int copies = chance(duplication) ? 2 : 1;
    for (int copy = 0; copy < copies; copy++) {
      time.after(
          Duration.ofNanos(arrivalNanos(from, to) - time.nanos()),
          () -> arrive(from, to, arrival, refused));
    }
    return copies;
  }

  private void arrive(SimNode from, SimNode to, Consumer<Incarnation> arrival, Runnable refused) {
    var process = to.running();
    if (process != null) {
      to.run(process, () -> arrival.accept(process));
    } else if (!to.hostLost() && !cutOff(to, from)) {
      time.after(Duration.ofNanos(wayNanos()), refused);
    }
  }

  /** Without reordering, what was sent later does not come sooner. */
  private long arrivalNanos(SimNode from, SimNode to) {
    long at = time.nanos() + wayNanos();
    if (reordering > 0) {
      return at;
    }
    long last = Math.max(at, lastNanos[from.index()][to.index()]);
    lastNanos[from.index()][to.index()] = last;
    return last;
  }

  private long wayNanos() {
    long jitterNanos = SimLimits.NETWORK_JITTER.toNanos() + delay.toNanos() / 2;
    return SimLimits.NETWORK_MIN.toNanos()
        + delay.toNanos()
        + (long) (-Math.log(1 - rng.nextDouble()) * jitterNanos);
  }

  /** Draws nothing where there is nothing to draw, so that calm worlds are quick. */
  private boolean chance(double share) {
    return share > 0 && rng.nextDouble() < share;
  }

  /** Returns how long a message takes that nothing can lose. */
  Duration way() {
    return Duration.ofNanos(wayNanos());
  }
}
