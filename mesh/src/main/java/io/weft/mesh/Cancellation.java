package io.weft.mesh;

import java.util.ArrayList;
import java.util.List;

/**
 * Whether anybody still waits for the answer to a call.
 *
 * <p>Whoever makes a call may cancel it: the call then fails at once, and its server is told, so
 * that it does not begin what it has not begun. Calls made while a call is served are cancelled
 * with it. Safe for use by many threads.
 */
public final class Cancellation {
  /** The cancellation of a call that cannot be cancelled. */
  public static final Cancellation NEVER = new Cancellation(false);

  private final boolean possible;
  private final List<Runnable> listeners = new ArrayList<>(0);
  private volatile boolean cancelled;

  /** Creates a cancellation that has not happened. */
  public Cancellation() {
    this(true);
  }

  private Cancellation(boolean possible) {
    this.possible = possible;
  }

  /** Returns whether nobody waits any more. */
  public boolean cancelled() {
    return cancelled;
  }

  /** Says that nobody waits any more; from the second time on it does nothing. */
  public void cancel() {
    List<Runnable> told;
    synchronized (listeners) {
      if (cancelled || !possible) {
        return;
      }
      cancelled = true;
      told = List.copyOf(listeners);
      listeners.clear();
    }
    told.forEach(Runnable::run);
  }

  /**
   * Names who is told, at once if it has happened already.
   *
   * @param listener called at most once, on the thread that cancels; must neither block nor throw
   * @return takes the listener back; to be called when the cancellation no longer matters, or the
   *     listeners of short calls pile up on a long one
   */
  public Runnable onCancel(Runnable listener) {
    if (!possible) {
      return () -> {};
    }
    synchronized (listeners) {
      if (!cancelled) {
        listeners.add(listener);
        return () -> forget(listener);
      }
    }
    listener.run();
    return () -> {};
  }

  private void forget(Runnable listener) {
    synchronized (listeners) {
      listeners.remove(listener);
    }
  }
}
