package io.weft.mesh.link;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.buffer.Buffer;
import io.weft.mesh.MeshLimits;

/** One batch while it is written: what one side has for the other, to be sealed as a whole. */
public final class BatchWriter {
  private final Buffer bytes = Buffer.buffer();
  private long inflated;

  /**
   * Begins a batch.
   *
   * @param acknowledged the last message that was taken, 0 for none
   */
  public BatchWriter(long acknowledged) {
    bytes.appendLong(acknowledged);
  }

  /** Returns the batch as it is so far. */
  public Buffer bytes() {
    return bytes;
  }

  /** Returns whether the next message belongs into another batch. */
  boolean full() {
    return bytes.length() >= MeshLimits.LINK_BATCH_FULL_BYTES
        || inflated >= MeshLimits.LINK_BATCH_INFLATED_FULL_BYTES;
  }

  /**
   * Writes a message.
   *
   * @param packed its flags, and its bytes as they travel
   */
  public void message(long number, Packed packed) {
    inflated += packed.length();
    begin(LinkFormat.ENTRY_MESSAGE, LinkFormat.MESSAGE_FIXED_BYTES + packed.bytes().length());
    bytes
        .appendLong(number)
        .appendByte((byte) (packed.deflated() ? LinkFormat.MESSAGE_DEFLATED : 0))
        .appendBuffer(packed.bytes());
  }

  /** Writes a question for a sign of life; the answer says the same token. */
  public void ping(long token) {
    begin(LinkFormat.ENTRY_PING, Long.BYTES);
    bytes.appendLong(token);
  }

  public void pong(long token) {
    begin(LinkFormat.ENTRY_PONG, Long.BYTES);
    bytes.appendLong(token);
  }

  /** Writes why nothing comes after this batch. */
  public void goodbye(LinkReason reason, String message) {
    var text = LinkBytes.cut(message).getBytes(UTF_8);
    begin(LinkFormat.ENTRY_GOODBYE, 1 + text.length);
    bytes.appendByte((byte) reason.code()).appendBytes(text);
  }

  private void begin(byte type, int length) {
    bytes.appendByte(type).appendInt(length);
  }
}
