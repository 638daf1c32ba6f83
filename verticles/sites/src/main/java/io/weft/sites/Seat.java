package io.weft.sites;

import java.util.ArrayDeque;

/**
 * The one place on a node from which its links are run: of the instances of the service there one
 * has it, and the others wait until it is free. From any thread.
 */
final class Seat {
  private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
  private boolean taken;

  /**
   * Takes the seat, now or once it is free.
   *
   * @param seated is run then, on any thread
   */
  void take(Runnable seated) {
    synchronized (this) {
      if (taken) {
        waiting.add(seated);
        return;
      }
      taken = true;
    }
    seated.run();
  }

  /**
   * Gives the seat up, or waits for it no more.
   *
   * @param seated what was given to {@link #take}
   */
  void leave(Runnable seated) {
    Runnable next;
    synchronized (this) {
      if (waiting.remove(seated)) {
        return;
      }
      next = waiting.poll();
      taken = next != null;
    }
    if (next != null) {
      next.run();
    }
  }
}
