package io.weft.mesh.link;

/**
 * The numbers that both ends of a link agree on; docs/PROTOCOL.md describes them byte by byte.
 * Integers are unsigned and big-endian.
 */
final class LinkFormat {
  static final byte MAGIC = 0x4C;

  /** The lowest and the highest version that this code speaks. */
  static final int VERSION_MIN = 1;

  static final int VERSION_MAX = 1;

  static final byte HELLO = 1;
  static final byte CHALLENGE = 2;
  static final byte PROOF = 3;
  static final byte WELCOME = 4;
  static final byte REFUSED = 5;
  static final byte SEALED = 6;
  static final byte JOIN = 7;
  static final byte JOINED = 8;

  static final byte ENTRY_MESSAGE = 1;
  static final byte ENTRY_PING = 2;
  static final byte ENTRY_PONG = 3;
  static final byte ENTRY_GOODBYE = 4;

  static final int MESSAGE_DEFLATED = 1;
  static final int WELCOME_RESUMED = 1;

  /** Bytes of the magic and the type of whatever travels in one WebSocket message. */
  static final int PREFIX_BYTES = 2;

  /** Bytes of an entry's type and length. */
  static final int ENTRY_PREFIX_BYTES = 5;

  /** Bytes of a message entry before the message: its number and its flags. */
  static final int MESSAGE_FIXED_BYTES = 9;

  /** Bytes of a public key of Ed25519, of one of X25519, and of what SHA-256 makes. */
  static final int KEY_BYTES = 32;

  static final int SIGNATURE_BYTES = 64;

  private LinkFormat() {}
}
