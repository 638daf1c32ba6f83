package io.weft.mesh.link;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.buffer.Buffer;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.KeyAgreement;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * One side's fresh keys for one connection: X25519 (RFC 7748). As they are drawn anew each time,
 * the public one is the nonce of the handshake too.
 */
final class KeyAgreementPair {
  private static final byte[] PREFIX = HexFormat.of().parseHex("302a300506032b656e032100");
  private static final String MAC = "HmacSHA256";

  private final KeyPair pair;

  KeyAgreementPair() {
    try {
      pair = KeyPairGenerator.getInstance("X25519").generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK has no X25519 (expected: 17 or later)", e);
    }
  }

  /** Returns the public key: 32 bytes. */
  Buffer shown() {
    var der = pair.getPublic().getEncoded();
    return Buffer.buffer(Arrays.copyOfRange(der, PREFIX.length, der.length));
  }

  /**
   * Returns what both sides share, and nobody else.
   *
   * @param theirs the other side's public key
   * @throws LinkException if that is none, or one with which anybody could know what is shared
   */
  byte[] agree(Buffer theirs) {
    try {
      var der = Buffer.buffer(PREFIX).appendBuffer(theirs).getBytes();
      var key = KeyFactory.getInstance("X25519").generatePublic(new X509EncodedKeySpec(der));
      var agreement = KeyAgreement.getInstance("X25519");
      agreement.init(pair.getPrivate());
      agreement.doPhase(key, true);
      return agreement.generateSecret();
    } catch (InvalidKeySpecException | InvalidKeyException e) {
      throw LinkException.malformed("not a key of X25519: " + e.getMessage());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK has no X25519: " + e.getMessage(), e);
    }
  }

  /**
   * Derives a key of 32 bytes: HKDF with SHA-256 (RFC 5869), one block of it.
   *
   * @param salt what the key is for in particular
   * @param info what it is for in general
   */
  static byte[] derive(byte[] shared, byte[] salt, String info) {
    var text = info.getBytes(UTF_8);
    var block = Arrays.copyOf(text, text.length + 1);
    block[text.length] = 1;
    return hmac(hmac(salt, shared), block);
  }

  /** Returns the code by which whoever has the key knows that a text comes from another such. */
  static byte[] hmac(byte[] key, byte[] text) {
    try {
      var mac = Mac.getInstance(MAC);
      mac.init(new SecretKeySpec(key, MAC));
      return mac.doFinal(text);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK has no " + MAC + ": " + e.getMessage(), e);
    }
  }
}
