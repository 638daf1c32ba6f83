package io.weft.routing.bridge;

import io.vertx.core.buffer.Buffer;
import io.weft.routing.RoutingLimits;
import io.weft.routing.problem.Problem;
import io.weft.routing.problem.ProblemException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Cuts what comes over a TCP connection into messages: four bytes of length, big-endian, then as
 * many bytes of JSON.
 *
 * <p>No memory is taken for what a length only promises. After a length that cannot be right,
 * nothing on the connection can be told apart any more.
 */
public final class MessageFrames {
  private static final int LENGTH_BYTES = 4;

  private Buffer rest = Buffer.buffer();
  private int at;

  /** Creates what cuts the bytes of one connection. */
  public MessageFrames() {}

  /** Returns a message as it goes over a TCP connection. */
  public static Buffer framed(String message) {
    var bytes = message.getBytes(StandardCharsets.UTF_8);
    return Buffer.buffer(LENGTH_BYTES + bytes.length).appendInt(bytes.length).appendBytes(bytes);
  }

  /** Takes the next bytes. */
  public void add(Buffer bytes) {
    if (at > 0) {
      rest = rest.getBuffer(at, rest.length());
      at = 0;
    }
    rest.appendBuffer(bytes);
  }

  /**
   * Returns the next message, or null when it has not come whole.
   *
   * @throws ProblemException of 413 when it is empty or longer than {@link
   *     RoutingLimits#BRIDGE_MESSAGE_MAX_BYTES}
   */
  public @Nullable Buffer next() {
    int left = waiting();
    if (left < LENGTH_BYTES) {
      return null;
    }
    long length = rest.getUnsignedInt(at);
    if (length == 0 || length > RoutingLimits.BRIDGE_MESSAGE_MAX_BYTES) {
      throw new ProblemException(
          Problem.of(
              413,
              "message.too_large",
              "message of "
                  + length
                  + " bytes (expected: 1 to "
                  + RoutingLimits.BRIDGE_MESSAGE_MAX_BYTES
                  + ")"));
    }
    if (left - LENGTH_BYTES < length) {
      return null;
    }
    int from = at + LENGTH_BYTES;
    at = from + (int) length;
    var message = rest.getBuffer(from, at);
    if (at == rest.length()) {
      rest = Buffer.buffer();
      at = 0;
    }
    return message;
  }

  /** Returns how many bytes wait for the rest of their message, or to be asked for. */
  public int waiting() {
    return rest.length() - at;
  }
}
