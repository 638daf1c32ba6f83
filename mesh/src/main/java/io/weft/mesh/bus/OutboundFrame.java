package io.weft.mesh.bus;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.MessageCodec;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.wire.FrameWriter;
import java.util.Arrays;

/**
 * One frame on its way out, with the ids of the requests in it: what has to be failed when it is
 * not sent.
 */
final class OutboundFrame {
  private final FrameWriter writer;
  private final long[] requests = new long[MeshLimits.FRAME_ENTRIES_MAX + 1];
  private int requestCount;
  private boolean answers;

  OutboundFrame(byte[] header) {
    writer = new FrameWriter(header);
  }

  FrameWriter writer() {
    return writer;
  }

  /** Notes a request that is in the frame, or of which a piece is: at most one of these. */
  void carries(long request) {
    requests[requestCount++] = request;
  }

  /** Notes that an answer is in the frame, or a piece of one. */
  void carriesAnswer() {
    answers = true;
  }

  boolean answers() {
    return answers;
  }

  long[] requests() {
    return Arrays.copyOf(requests, requestCount);
  }

  /** Makes it an empty frame again. */
  void clear() {
    writer.clear();
    requestCount = 0;
    answers = false;
  }

  /** Puts frames on the bus, and takes them off without a copy. */
  static final class Codec implements MessageCodec<OutboundFrame, Buffer> {
    static final String NAME = "weft.frame";

    @Override
    public void encodeToWire(Buffer wire, OutboundFrame frame) {
      wire.appendBytes(frame.writer.bytes(), 0, frame.writer.size());
    }

    @Override
    public Buffer decodeFromWire(int position, Buffer wire) {
      return wire.slice(position, wire.length()); // The body is the last part of a message.
    }

    @Override
    public Buffer transform(OutboundFrame frame) {
      return Buffer.buffer(Arrays.copyOf(frame.writer.bytes(), frame.writer.size()));
    }

    @Override
    public String name() {
      return NAME;
    }

    @Override
    public byte systemCodecID() {
      return -1; // As the interface asks of every codec that is not Vert.x's own.
    }
  }
}
