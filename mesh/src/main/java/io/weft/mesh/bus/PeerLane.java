package io.weft.mesh.bus;

import io.vertx.core.buffer.Buffer;
import io.weft.mesh.Cancellation;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.MeshLimits;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One lane of a peer: the outbox to it, the frames that arrive from it in pieces, the calls that
 * are being served for it, and the streams between here and there.
 *
 * <p>For the event loop of this node's lane.
 */
final class PeerLane {
  private final Outbox outbox;
  private final Map<Integer, Assembly> assemblies = new LinkedHashMap<>();
  private final Map<Long, Cancellation> serving = new HashMap<>();
  private final Map<Long, ServedStream> served = new HashMap<>();
  private final Map<Long, RemoteSource> reading = new HashMap<>();

  PeerLane(Outbox outbox) {
    this.outbox = outbox;
  }

  Outbox outbox() {
    return outbox;
  }

  boolean idle() {
    return outbox.idle()
        && assemblies.isEmpty()
        && serving.isEmpty()
        && served.isEmpty()
        && reading.isEmpty();
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

  /** Forgets frames of which only a part has come. */
  void forgetPieces() {
    assemblies.clear();
  }

  /**
   * Adds a piece to its frame.
   *
   * @return the frame once it is whole, or null while it is not
   * @throws IllegalArgumentException if the piece does not continue what came before
   */
  @Nullable Buffer piece(int transfer, int total, int offset, Buffer piece) {
    if (offset == 0) {
      begin(transfer, total);
    }
    var assembly = assemblies.get(transfer);
    if (assembly == null) {
      return null; // Its beginning was lost with a connection, and so it is of no use.
    }
    boolean whole = assembly.add(total, offset, piece);
    if (whole) {
      assemblies.remove(transfer);
      return assembly.frame();
    }
    return null;
  }

  private void begin(int transfer, int total) {
    if (total < 1 || total > MeshLimits.LARGE_FRAME_MAX_BYTES) {
      throw new IllegalArgumentException(
          "a frame of "
              + total
              + " bytes in pieces (limit: "
              + MeshLimits.LARGE_FRAME_MAX_BYTES
              + ")");
    }
    assemblies.remove(transfer);
    if (assemblies.size() >= MeshLimits.LARGE_FRAMES_AT_A_TIME) {
      // An honest peer sends no more at a time; then the oldest is a remnant.
      assemblies.remove(assemblies.keySet().iterator().next());
    }
    assemblies.put(transfer, new Assembly(total));
  }

  /** A frame that arrives in pieces; it takes up no more room than has come. */
  private static final class Assembly {
    private final int total;
    private final Buffer bytes = Buffer.buffer(MeshLimits.PIECE_BYTES);

    Assembly(int total) {
      this.total = total;
    }

    boolean add(int claimed, int offset, Buffer piece) {
      if (claimed != total || offset != bytes.length() || piece.length() > total - offset) {
        throw new IllegalArgumentException(
            "a piece of "
                + piece.length()
                + " bytes at "
                + offset
                + " of "
                + claimed
                + " (expected: at "
                + bytes.length()
                + " of "
                + total
                + ")");
      }
      bytes.appendBuffer(piece);
      return bytes.length() == total;
    }

    Buffer frame() {
      return bytes;
    }
  }
}
