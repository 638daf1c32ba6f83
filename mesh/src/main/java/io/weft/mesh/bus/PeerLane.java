package io.weft.mesh.bus;

import io.weft.mesh.Cancellation;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.MeshLimits;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One lane of a peer: the outbox to it, the calls that are being served for it, and the streams
 * between here and there.
 *
 * <p>For the event loop of this node's lane.
 */
final class PeerLane {
  private final Outbox outbox;
  private final Map<Long, Cancellation> serving = new HashMap<>();
  private final Map<Long, ServedStream> served = new HashMap<>();
  private final Map<Long, RemoteSource> reading = new HashMap<>();

  private final ToldLoads loads = new ToldLoads();

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

  /** Returns what the peer has been told of the loads of this node's instances. */
  ToldLoads loads() {
    return loads;
  }

  boolean idle() {
    return outbox.idle()
        && arriving == 0
        && serving.isEmpty()
        && served.isEmpty()
        && reading.isEmpty();
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

  @Override
  public String toString() {
    return outbox
        + ", in pieces from there: "
        + arriving
        + ", served for there: "
        + serving.keySet()
        + ", streams to there: "
        + served.keySet()
        + ", streams from there: "
        + reading.keySet();
  }

  /** Notes that a call is being served. */
  void serving(long id, Cancellation cancellation) {
    serving.put(id, cancellation);
  }

  /** Notes that a call has been answered. */
  void served(long id, Cancellation cancellation) {
    serving.remove(id, cancellation);
  }

  /** Cancels a call that is being served or a stream that the peer reads, if it still does. */
  void cancel(long id) {
    var cancellation = serving.remove(id);
    if (cancellation != null) {
      cancellation.cancel();
    }
    var stream = served.remove(id);
    if (stream != null) {
      stream.cancel();
    }
  }

  /** Cancels all that is being served: nobody is there for the answers. */
  void cancelAll() {
    var all = Map.copyOf(serving);
    serving.clear();
    all.values().forEach(Cancellation::cancel);
  }

  /** Returns whether one more stream may be open, in either direction. */
  boolean takesStream() {
    return served.size() + reading.size() < MeshLimits.STREAMS_MAX;
  }

  /** Notes that the peer reads a stream of this node's. */
  void serves(long id, ServedStream stream) {
    var before = served.put(id, stream);
    if (before != null) {
      before.cancel(); // No honest peer uses an id twice.
    }
  }

  /** Notes that a stream of this node's is at its end; returns whether the peer still read it. */
  boolean ends(long id, ServedStream stream) {
    return served.remove(id, stream);
  }

  /** Passes on that the peer wants more items of a stream. */
  void credit(long id, int items) {
    var stream = served.get(id);
    if (stream != null) {
      stream.credit(items);
    }
  }

  /** Notes that a stream of the peer's is read here. */
  void reads(long id, RemoteSource source) {
    reading.put(id, source);
  }

  /** Returns a stream of the peer's that is read here, or null. */
  @Nullable RemoteSource reading(long id) {
    return reading.get(id);
  }

  /** Notes that a stream of the peer's is not read any more, and returns it if it was. */
  @Nullable RemoteSource forget(long id) {
    return reading.remove(id);
  }

  /** Ends all streams in both directions: items of theirs may have been lost. */
  void breakStreams(MeshFailure failure) {
    var sources = List.copyOf(reading.values());
    reading.clear();
    sources.forEach(source -> source.failed(failure));
    var streams = List.copyOf(served.values());
    served.clear();
    streams.forEach(ServedStream::cancel);
  }
}
