package io.weft.mesh.link;

import io.vertx.core.buffer.Buffer;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Closes or opens what travels in one direction of one connection: AES-256 in GCM, with the number
 * of the message as its nonce. So what a proxy changed, left out, repeated or put in does not open.
 *
 * <p>One object either closes or opens. For one thread at a time.
 */
final class Seal {
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;

  private final SecretKeySpec key;
  private final Cipher cipher;
  private long number;

  Seal(byte[] key) {
    this.key = new SecretKeySpec(key, "AES");
    try {
      cipher = Cipher.getInstance("AES/GCM/NoPadding");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK has no AES in GCM: " + e.getMessage(), e);
    }
  }

  /** Returns a whole WebSocket message with a text closed in it. */
  Buffer close(Buffer text) {
    try {
      init(Cipher.ENCRYPT_MODE);
      var plain = text.getBytes();
      var bytes = new byte[LinkFormat.PREFIX_BYTES + cipher.getOutputSize(plain.length)];
      bytes[0] = LinkFormat.MAGIC;
      bytes[1] = LinkFormat.SEALED;
      cipher.doFinal(plain, 0, plain.length, bytes, LinkFormat.PREFIX_BYTES);
      return Buffer.buffer(bytes);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a batch cannot be sealed: " + e.getMessage(), e);
    }
  }

  /**
   * Returns the text that a WebSocket message holds closed.
   *
   * @throws LinkException if it is not the next one that the other side closed
   */
  Buffer open(Buffer message) {
    // A shorter one is told by the JDK in a way of its own.
    if (message.length() < LinkFormat.PREFIX_BYTES + TAG_BITS / Byte.SIZE
        || message.getByte(0) != LinkFormat.MAGIC
        || message.getByte(1) != LinkFormat.SEALED) {
      throw LinkException.malformed(
          "a message of " + message.length() + " bytes that is not sealed");
    }
    try {
      init(Cipher.DECRYPT_MODE);
      var bytes = message.getBytes(LinkFormat.PREFIX_BYTES, message.length());
      return Buffer.buffer(cipher.doFinal(bytes));
    } catch (AEADBadTagException e) {
      throw LinkException.malformed(
          "message " + number + " was changed, left out or put in on its way");
    } catch (GeneralSecurityException e) {
      throw LinkException.malformed("message " + number + " is no sealed one: " + e.getMessage());
    }
  }

  private void init(int mode) throws GeneralSecurityException {
    var nonce = ByteBuffer.allocate(NONCE_BYTES).putLong(Integer.BYTES, number++).array();
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
  }
}
