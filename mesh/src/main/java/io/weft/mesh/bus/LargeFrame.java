package io.weft.mesh.bus;

import io.weft.mesh.wire.FrameWriter;

/** One frame that is too large to go as it is, and how much of it has gone. */
final class LargeFrame {
  /** The id of a frame that carries no request. */
  static final long NO_REQUEST = 0;

  private final FrameWriter writer;
  private final int transfer;
  private final long request;
  private int sent;

  /**
   * Creates a frame of which nothing has gone.
   *
   * @param transfer tells its pieces from those of others
   * @param request the id of the request in it, or {@link #NO_REQUEST}
   */
  LargeFrame(FrameWriter writer, int transfer, long request) {
    this.writer = writer;
    this.transfer = transfer;
    this.request = request;
  }

  long request() {
    return request;
  }

  int size() {
    return writer.size();
  }

  /** Returns how many bytes have not gone. */
  int remaining() {
    return writer.size() - sent;
  }

  boolean begun() {
    return sent > 0;
  }

  boolean done() {
    return sent == writer.size();
  }

  /** Writes that no further piece will come: an empty one. */
  void writeEnd(FrameWriter carrier) {
    carrier.piece(transfer, writer.size(), sent, writer.bytes(), 0);
  }

  /** Writes the next piece into a frame that goes, and returns its length. */
  int writeTo(FrameWriter carrier, int maxBytes) {
    int length = Math.min(maxBytes, writer.size() - sent);
    carrier.piece(transfer, writer.size(), sent, writer.bytes(), length);
    sent += length;
    return length;
  }
}
