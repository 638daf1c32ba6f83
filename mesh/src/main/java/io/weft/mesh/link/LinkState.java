package io.weft.mesh.link;

import org.jspecify.annotations.Nullable;

/**
 * How the link of an edge stands.
 *
 * @param phase what it does
 * @param why what became of the last connection; null before the first has ended
 */
public record LinkState(Phase phase, @Nullable LinkException why) {
  /** What an edge's link does. */
  public enum Phase {
    /** It connects, or both sides prove who they are. */
    CONNECTING,
    /** It is connected. */
    CONNECTED,
    /** It waits before it connects again. */
    WAITING,
    /** It connects no more: it was stopped, or the hub gave a reason that is final. */
    STOPPED
  }
}
