package io.weft.lab.sim;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * One node: a host with its clocks, and the process that runs on it, if one does.
 *
 * <p>A process has one event loop, on which a task takes no time. What comes while the process is
 * paused waits, in order, as it would in sockets and timer queues.
 */
final class SimNode {
  private final int index;
  private final String id;
  private final NodeClock clock;
  private final World world;
  private final Deque<Runnable> backlog = new ArrayDeque<>();
  private @Nullable Incarnation running;
  private int incarnations;
  private int pauses;
  private long resumedNanos;
  private boolean hostLost;
  private double serviceFactor = 1;
  private Handling handling = Handling.WELL;

  /** What the node's instances do with a request. */
  enum Handling {
    /** They answer it. */
    WELL,
    /** They fail at once, as if their code threw. */
    FAILING,
    /** They refuse at once, as if their database were away. */
    UNAVAILABLE
  }

  SimNode(World world, int index, NodeClock clock) {
    this.world = world;
    this.index = index;
    this.clock = clock;
    id = "node-" + index;
  }

  int index() {
    return index;
  }

  String id() {
    return id;
  }

  NodeClock clock() {
    return clock;
  }

  /** Returns the present process, or null while none runs. */
  @Nullable Incarnation running() {
    return running;
  }

  /** Starts a process; none may be running. */
  Incarnation start() {
    if (running != null) {
      throw new IllegalStateException(id + " runs already");
    }
    hostLost = false;
    backlog.clear();
    var begun = new Incarnation(world, this, ++incarnations);
    running = begun;
    world.log("start", id, begun.id(), 0);
    begun.start();
    return begun;
  }

  /**
   * Ends the process as SIGKILL does.
   *
   * @param withHost whether the host is lost as well, so that nobody is told
   */
  void crash(boolean withHost) {
    var ended = running;
    if (ended != null) {
      world.log(withHost ? "lose host" : "kill", id, "", 0);
      running = null;
      hostLost = withHost;
      backlog.clear();
      world.ended(ended, withHost);
    }
  }

  /** Returns whether nobody answers for the node, not even by refusing connections. */
  boolean hostLost() {
    return hostLost;
  }

  /** Stops the process as SIGSTOP does; what pauses it twice must resume it twice. */
  void pause() {
    pauses++;
  }

  /** Lets the process go on, with what has come in the meantime. */
  void resume() {
    if (--pauses == 0) {
      resumedNanos = world.nanos();
      while (!backlog.isEmpty() && pauses == 0) {
        backlog.remove().run();
      }
    }
  }

  boolean paused() {
    return pauses > 0;
  }

  /** Returns when the process last went on after a pause. */
  long resumedNanos() {
    return resumedNanos;
  }

  /** Runs a task of a process: now, after the pause, or never when the process is gone. */
  void run(Incarnation of, Runnable task) {
    if (running != of) {
      return;
    }
    if (pauses > 0) {
      backlog.add(() -> run(of, task));
    } else {
      world.touched(of);
      task.run();
    }
  }

  /** Returns how many times its normal time the node takes to serve a request. */
  double serviceFactor() {
    return serviceFactor;
  }

  void serviceFactor(double factor) {
    serviceFactor = factor;
  }

  Handling handling() {
    return handling;
  }

  void handling(Handling how) {
    handling = how;
  }

  @Override
  public String toString() {
    return id;
  }
}
