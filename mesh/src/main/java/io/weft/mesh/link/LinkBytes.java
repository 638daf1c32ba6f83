package io.weft.mesh.link;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.buffer.Buffer;
import io.weft.mesh.MeshLimits;
import java.util.regex.Pattern;

/** Bytes that are read one after the other; every length is checked before it is used. */
final class LinkBytes {
  private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");

  private final Buffer bytes;
  private int position;

  LinkBytes(Buffer bytes) {
    this.bytes = bytes;
  }

  int left() {
    return bytes.length() - position;
  }

  int get8() {
    return bytes.getUnsignedByte(advance(1));
  }

  int get16() {
    return bytes.getUnsignedShort(advance(Short.BYTES));
  }

  long get32() {
    return bytes.getUnsignedInt(advance(Integer.BYTES));
  }

  long get64() {
    return bytes.getLong(advance(Long.BYTES));
  }

  /** Reads a number that counts something, so is not above 2^63 - 1. */
  long number() {
    long number = get64();
    if (number < 0) {
      throw LinkException.malformed(
          "number " + Long.toUnsignedString(number) + " (limit: " + Long.MAX_VALUE + ")");
    }
    return number;
  }

  /** Reads the length of what follows. */
  int length() {
    long length = get32();
    if (length > left()) {
      throw LinkException.malformed(length + " bytes to come (there are " + left() + ")");
    }
    return (int) length;
  }

  byte[] bytes(int length) {
    int from = advance(length);
    return bytes.getBytes(from, from + length);
  }

  String text(int length) {
    // It ends up in logs, where a line must stay a line.
    return cut(CONTROL.matcher(new String(bytes(length), UTF_8)).replaceAll("?"));
  }

  /** Returns a view of some bytes. */
  Buffer slice(int length) {
    int from = advance(length);
    return bytes.slice(from, from + length);
  }

  /** Cuts a text for people to its limit. */
  static String cut(String text) {
    return text.length() <= MeshLimits.LINK_REASON_MAX_CHARS
        ? text
        : text.substring(0, MeshLimits.LINK_REASON_MAX_CHARS);
  }

  private int advance(int length) {
    if (length > left()) {
      throw LinkException.malformed(
          length + " bytes at " + position + " (there are " + left() + ")");
    }
    int from = position;
    position += length;
    return from;
  }
}
