package io.weft.mesh.bus;

import io.vertx.core.buffer.Buffer;
import io.weft.mesh.MeshLimits;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The frames that arrive at one lane in pieces, from all its peers together.
 *
 * <p>Whoever reaches the bus can begin frames and never end them. So their number and their bytes
 * are bounded, the oldest making room, and those that do not grow any more are forgotten. What is
 * forgotten was a call: its caller's deadline ends it.
 *
 * <p>For the lane's event loop.
 */
final class Pieces {
  private final Map<Transfer, Assembly> assemblies = new LinkedHashMap<>();
  private long bytes;

  private record Transfer(PeerLane from, int number) {}

  /** A frame of which the beginning has come; it takes up no more room than that. */
  private static final class Assembly {
    private final int total;
    private final Buffer bytes = Buffer.buffer();
    private long grewNanos;

    Assembly(int total) {
      this.total = total;
    }
  }

  /** Returns how many bytes have come of frames that are not whole. */
  long bytes() {
    return bytes;
  }

  /** Returns how many frames are not whole. */
  int size() {
    return assemblies.size();
  }

  /**
   * Adds a piece to its frame; an empty one says that no more will come.
   *
   * @return the frame once it is whole, or null while it is not
   * @throws IllegalArgumentException if the piece does not continue what came before
   */
  @Nullable Buffer add(
      PeerLane from, int number, int total, int offset, Buffer piece, long nowNanos) {
    var transfer = new Transfer(from, number);
    if (piece.length() == 0) {
      forget(transfer);
      return null;
    }
    if (offset == 0) {
      begin(transfer, total);
    }
    var assembly = assemblies.get(transfer);
    if (assembly == null) {
      return null; // Its beginning was lost with a connection, and so it is of no use.
    }
    check(assembly, total, offset, piece);
    while (bytes + piece.length() > MeshLimits.PIECES_MAX_BYTES) {
      forgetOldest(each -> !each.equals(transfer));
    }
    assembly.bytes.appendBuffer(piece);
    assembly.grewNanos = nowNanos;
    bytes += piece.length();
    if (assembly.bytes.length() < assembly.total) {
      return null;
    }
    forget(transfer);
    return assembly.bytes;
  }

  /** Forgets what has come from a lane of a peer. */
  void forget(PeerLane from) {
    forgetIf((transfer, assembly) -> transfer.from == from);
  }

  /** Forgets the frames that have not grown since a reading of the clock. */
  void forgetOlderThan(long nanos) {
    forgetIf((transfer, assembly) -> assembly.grewNanos - nanos < 0);
  }

  private void begin(Transfer transfer, int total) {
    if (total < 1 || total > MeshLimits.LARGE_FRAME_MAX_BYTES) {
      throw new IllegalArgumentException(
          "a frame of "
              + Integer.toUnsignedString(total)
              + " bytes in pieces (limit: "
              + MeshLimits.LARGE_FRAME_MAX_BYTES
              + ")");
    }
    forget(transfer);
    if (transfer.from.arriving() >= MeshLimits.LARGE_FRAMES_ARRIVING_MAX) {
      // An honest peer sends no more at a time; then the oldest is a remnant.
      forgetOldest(each -> each.from == transfer.from);
    }
    if (assemblies.size() >= MeshLimits.PIECES_MAX_FRAMES) {
      forgetOldest(each -> true);
    }
    assemblies.put(transfer, new Assembly(total));
    transfer.from.arriving(1);
  }

  private static void check(Assembly assembly, int total, int offset, Buffer piece) {
    int come = assembly.bytes.length();
    if (total != assembly.total || offset != come || piece.length() > total - offset) {
      throw new IllegalArgumentException(
          "a piece of "
              + piece.length()
              + " bytes at "
              + Integer.toUnsignedString(offset)
              + " of "
              + Integer.toUnsignedString(total)
              + " (expected: at "
              + come
              + " of "
              + assembly.total
              + ")");
    }
  }

  private void forgetOldest(Predicate<Transfer> among) {
    for (var transfer : assemblies.keySet()) {
      if (among.test(transfer)) {
        forget(transfer);
        return;
      }
    }
  }

  private void forget(Transfer transfer) {
    var assembly = assemblies.remove(transfer);
    if (assembly != null) {
      gone(transfer, assembly);
    }
  }

  private void forgetIf(Concerned concerned) {
    Iterator<Map.Entry<Transfer, Assembly>> all = assemblies.entrySet().iterator();
    while (all.hasNext()) {
      var each = all.next();
      if (concerned.test(each.getKey(), each.getValue())) {
        all.remove();
        gone(each.getKey(), each.getValue());
      }
    }
  }

  private void gone(Transfer transfer, Assembly assembly) {
    bytes -= assembly.bytes.length();
    transfer.from.arriving(-1);
  }

  private interface Concerned {
    boolean test(Transfer transfer, Assembly assembly);
  }
}
