package io.weft.mesh.link;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/**
 * All that was said in one handshake, as signatures cover it: the digest of each message, in the
 * order in which they went.
 */
final class Transcript {
  static final String EDGE = "weft.link.edge";
  static final String HUB = "weft.link.hub";

  private final ByteArrayOutputStream digests = new ByteArrayOutputStream();

  /** Adds a message as it went over the wire. */
  void add(Buffer message) {
    digests.writeBytes(SitePublicKey.sha256(message.getBytes()));
  }

  /** Returns what the keys of the connection are bound to. */
  byte[] salt() {
    return SitePublicKey.sha256(digests.toByteArray());
  }

  /** Adds a message and, behind it, the signature by one side of all that was said up to here. */
  Buffer sign(String side, SiteKey key, Buffer message) {
    var signed = message.copy().appendBytes(key.sign(text(side, message)));
    add(signed);
    return signed;
  }

  /**
   * Adds a message that ends with a signature.
   *
   * @throws LinkException if that is not by the key, or not of what was said here
   */
  void verify(String side, SitePublicKey key, Buffer signed) {
    int end = signed.length() - LinkFormat.SIGNATURE_BYTES;
    if (end < 0
        || !key.verifies(text(side, signed.slice(0, end)), signed.getBytes(end, signed.length()))) {
      throw new LinkException(
          LinkReason.NOT_PROVED, "no signature by the key " + key.fingerprint());
    }
    add(signed);
  }

  private byte[] text(String side, Buffer message) {
    var name = side.getBytes(UTF_8);
    var said = digests.toByteArray();
    var own = SitePublicKey.sha256(message.getBytes());
    var text = Arrays.copyOf(name, name.length + said.length + own.length);
    System.arraycopy(said, 0, text, name.length, said.length);
    System.arraycopy(own, 0, text, name.length + said.length, own.length);
    return text;
  }
}
