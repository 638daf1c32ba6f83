package io.weft.mesh.bus;

import io.vertx.core.buffer.Buffer;
import io.weft.mesh.Cancellation;
import io.weft.mesh.MeshLimits;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One lane of a peer: the outbox to it, the frames that arrive from it in pieces, and the calls
 * that are being served for it.
 *
 * <p>For the event loop of this node's lane.
 */
final class PeerLane {
  private final Outbox outbox;
  private final Map<Integer, Assembly> assemblies = new LinkedHashMap<>();
  private final Map<Long, Cancellation> serving = new HashMap<>();

  PeerLane(Outbox outbox) {
    this.outbox = outbox;
  }

  Outbox outbox() {
    return outbox;
  }

  boolean idle() {
    return outbox.idle() && assemblies.isEmpty() && serving.isEmpty();
  }

  @Override
  public String toString() {
    return outbox
        + ", in pieces from there: "
        + assemblies.keySet()
        + ", served for there: "
        + serving.keySet();
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

  /** Forgets frames of which only a part has come. */
  void forgetPieces() {
    assemblies.clear();
  }

  /**
   * Adds a piece to its frame; an empty one says that no more will come.
   *
   * @return the frame once it is whole, or null while it is not
   * @throws IllegalArgumentException if the piece does not continue what came before
   */
  @Nullable Buffer piece(int transfer, int total, int offset, Buffer piece) {
    if (piece.length() == 0) {
      assemblies.remove(transfer);
      return null;
    }
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
