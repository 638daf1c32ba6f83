package io.weft.mesh.bus;

import io.weft.mesh.Cancellation;
import java.util.HashMap;
import java.util.Map;

/**
 * One lane of a peer: the outbox to it, and the calls that are being served for it.
 *
 * <p>For the event loop of this node's lane.
 */
final class PeerLane {
  private final Outbox outbox;
  private final Map<Long, Cancellation> serving = new HashMap<>();

  /** Frames that are on their way here in pieces; {@link Pieces} counts them. */
  private int arriving;

  /** Whether anything went to or came from here since {@link #unusedSince} was last asked. */
  private boolean used;

  PeerLane(Outbox outbox) {
    this.outbox = outbox;
  }

  Outbox outbox() {
    return outbox;
  }

  boolean idle() {
    return outbox.idle() && arriving == 0 && serving.isEmpty();
  }

  int arriving() {
    return arriving;
  }

  void arriving(int more) {
    arriving += more;
  }

  /** Notes that something goes to or comes from here. */
  void use() {
    used = true;
  }

  /** Returns whether nothing went to or came from here since this was last asked. */
  boolean unusedSince() {
    boolean unused = !used;
    used = false;
    return unused;
  }

  /** Notes that a call is being served. */
  void serving(long id, Cancellation cancellation) {
    serving.put(id, cancellation);
  }

  /** Notes that a call has been answered. */
  void served(long id, Cancellation cancellation) {
    serving.remove(id, cancellation);
  }

  /** Cancels a call that is being served, if it still is. */
  void cancel(long id) {
    var cancellation = serving.remove(id);
    if (cancellation != null) {
      cancellation.cancel();
    }
  }

  /** Cancels all that is being served: nobody is there for the answers. */
  void cancelAll() {
    var all = Map.copyOf(serving);
    serving.clear();
    all.values().forEach(Cancellation::cancel);
  }
}
