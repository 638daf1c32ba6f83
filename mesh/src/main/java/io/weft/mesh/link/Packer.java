package io.weft.mesh.link;

import io.vertx.core.buffer.Buffer;
import io.weft.mesh.MeshLimits;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * Compresses the messages of one session, each by itself: what one says never changes the length of
 * another, so that whoever sees lengths learns nothing across messages.
 *
 * <p>It holds memory outside of the heap until it is closed. For one thread at a time.
 */
public final class Packer implements AutoCloseable {
  private final Deflater deflater = new Deflater(Deflater.BEST_SPEED, true);
  private final Inflater inflater = new Inflater(true);

  /** Returns a message as it travels. */
  public Packed pack(Buffer message) {
    int length = message.length();
    if (length < MeshLimits.LINK_DEFLATE_MIN_BYTES) {
      return new Packed(false, message.copy());
    }
    var room = new byte[length - Integer.BYTES];
    deflater.reset();
    deflater.setInput(message.getBytes());
    deflater.finish();
    int size = deflater.deflate(room);
    if (!deflater.finished()) {
      return new Packed(false, message.copy()); // It would not become smaller.
    }
    var packed = Buffer.buffer(Integer.BYTES + size).appendInt(length).appendBytes(room, 0, size);
    return new Packed(true, packed);
  }

  /**
   * Returns the message that travelled.
   *
   * @throws LinkException if it is none, or longer than a message may be
   */
  public Buffer unpack(Packed packed) {
    if (!packed.deflated()) {
      return checked(packed.bytes());
    }
    var from = new LinkBytes(packed.bytes());
    long length = from.get32();
    if (length > MeshLimits.LINK_MESSAGE_MAX_BYTES) {
      throw tooLong(length);
    }
    // One more than it says, so that what goes on longer is seen.
    var room = new byte[(int) length + 1];
    inflater.reset();
    inflater.setInput(from.bytes(from.left()));
    try {
      int size = inflater.inflate(room);
      if (size != length || !inflater.finished()) {
        throw LinkException.malformed("a compressed message that is not of " + length + " bytes");
      }
    } catch (DataFormatException e) {
      throw LinkException.malformed("a message that is not compressed as it says: " + e);
    }
    return Buffer.buffer(Arrays.copyOf(room, (int) length));
  }

  private static Buffer checked(Buffer message) {
    if (message.length() > MeshLimits.LINK_MESSAGE_MAX_BYTES) {
      throw tooLong(message.length());
    }
    return message;
  }

  private static LinkException tooLong(long length) {
    return LinkException.malformed(
        "a message of " + length + " bytes (limit: " + MeshLimits.LINK_MESSAGE_MAX_BYTES + ")");
  }

  @Override
  public void close() {
    deflater.end();
    inflater.end();
  }
}
