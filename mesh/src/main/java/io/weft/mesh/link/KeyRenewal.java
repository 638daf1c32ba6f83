package io.weft.mesh.link;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.buffer.Buffer;
import java.util.UUID;

/**
 * What a site shows when it asks its hub to know it by another key: that it has that key's private
 * part. Who it is, the link has proved by the key before.
 *
 * <p>It is of one session alone, so what was said in one is worth nothing in another.
 */
public final class KeyRenewal {
  private static final String TEXT = "weft.link.renew";

  private KeyRenewal() {}

  /** Returns the proof of whoever has a key, for one session: 64 bytes. */
  public static Buffer proof(SiteKey next, UUID session) {
    return Buffer.buffer(next.sign(text(session)));
  }

  /** Returns whether a proof is by a key, and of a session; whatever its bytes are. */
  public static boolean proves(SitePublicKey next, UUID session, Buffer proof) {
    return proof.length() == LinkFormat.SIGNATURE_BYTES
        && next.verifies(text(session), proof.getBytes());
  }

  private static byte[] text(UUID session) {
    return Buffer.buffer(TEXT.getBytes(UTF_8))
        .appendLong(session.getMostSignificantBits())
        .appendLong(session.getLeastSignificantBits())
        .getBytes();
  }
}
