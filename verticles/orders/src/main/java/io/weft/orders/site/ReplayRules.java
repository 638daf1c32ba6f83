package io.weft.orders.site;

import io.weft.orders.api.ReplayOrder.Promise;

/**
 * What the hub does with an order that a site brings, when the user has used its key at the hub
 * too: a client that was not answered by the one has asked the other.
 */
public final class ReplayRules {
  private ReplayRules() {}

  /** What the hub knows by the key of an order. */
  public enum Known {
    /** The order itself, from now on or from an earlier try. */
    ITSELF,
    /** The same order under another id, which is confirmed, or was until somebody cancelled it. */
    SAME_STANDS,
    /** The same order under another id, which was rejected. */
    SAME_REJECTED,
    /** Something else. */
    OTHER
  }

  /** What is done with the order. */
  public enum Action {
    /** It stands as it is. */
    KEEP,
    /** It is the one that the hub knows: one effect for one key. */
    JOIN,
    /** It is placed under a key of its own: it was promised, and nothing at the hub keeps that. */
    PLACE_APART,
    /** It is rejected, as its key was used for something else. */
    REJECT
  }

  /** Returns what is done with an order. */
  public static Action decide(Promise promise, Known known) {
    return switch (known) {
      case ITSELF -> Action.KEEP;
      case SAME_STANDS -> Action.JOIN;
      case SAME_REJECTED -> promise == Promise.CONFIRMED ? Action.PLACE_APART : Action.JOIN;
      case OTHER -> promise == Promise.CONFIRMED ? Action.PLACE_APART : Action.REJECT;
    };
  }
}
