package io.weft.mesh.link;

import io.vertx.core.buffer.Buffer;
import io.weft.mesh.MeshLimits;

/**
 * A message as it travels, and as it is kept until it is acknowledged.
 *
 * @param deflated whether it is compressed; then its length stands before it
 * @param bytes what travels
 */
public record Packed(boolean deflated, Buffer bytes) {
  /** Returns the length of the message itself: of one that came, what it says. */
  public long length() {
    return deflated && bytes.length() >= Integer.BYTES ? bytes.getUnsignedInt(0) : bytes.length();
  }

  /** Returns what the message counts in the window. */
  public int cost() {
    return bytes.length() + MeshLimits.LINK_MESSAGE_OVERHEAD_BYTES;
  }
}
