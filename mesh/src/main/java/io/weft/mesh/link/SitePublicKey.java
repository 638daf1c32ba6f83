package io.weft.mesh.link;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/**
 * What a site is known by to others: a public key of Ed25519 (RFC 8032), 32 bytes.
 *
 * <p>Immutable; safe for use by many threads.
 */
public final class SitePublicKey {
  /** What stands before the 32 bytes in their X.509 form (RFC 8410). */
  private static final byte[] PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

  private final byte[] bytes;
  private final PublicKey key;

  private SitePublicKey(byte[] bytes) {
    this.bytes = bytes;
    try {
      key = KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(der()));
    } catch (InvalidKeySpecException e) {
      throw new IllegalArgumentException("not a key of Ed25519: " + e.getMessage(), e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JDK has no Ed25519 (expected: 17 or later)", e);
    }
  }

  /**
   * Returns the key of 32 bytes.
   *
   * @throws IllegalArgumentException if it is not one
   */
  public static SitePublicKey of(byte[] bytes) {
    if (bytes.length != LinkFormat.KEY_BYTES) {
      throw new IllegalArgumentException(
          "a key of " + bytes.length + " bytes (expected: " + LinkFormat.KEY_BYTES + ")");
    }
    return new SitePublicKey(bytes.clone());
  }

  /**
   * Returns the key that {@link #text} wrote.
   *
   * @throws IllegalArgumentException if it is not one
   */
  public static SitePublicKey of(String text) {
    return of(Base64.getUrlDecoder().decode(text));
  }

  static SitePublicKey ofDer(byte[] der) {
    return of(Arrays.copyOfRange(der, PREFIX.length, der.length));
  }

  /** Returns the 32 bytes. */
  public byte[] bytes() {
    return bytes.clone();
  }

  /** Returns the key as text: base64 for URLs, 43 characters. */
  public String text() {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /** Returns what people compare keys by: 16 of the 64 hexadecimal digits of its SHA-256. */
  public String fingerprint() {
    return HexFormat.of().formatHex(sha256(bytes), 0, 8);
  }

  /** Returns whether a signature of a text is by this key; never when the key is none. */
  boolean verifies(byte[] text, byte[] signature) {
    try {
      var check = Signature.getInstance("Ed25519");
      check.initVerify(key);
      check.update(text);
      return check.verify(signature);
    } catch (SignatureException | InvalidKeyException notOne) {
      return false; // Bytes that are no point of the curve pass for a key until it is used.
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK cannot check Ed25519: " + e.getMessage(), e);
    }
  }

  static byte[] sha256(byte[]... parts) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      for (var part : parts) {
        digest.update(part);
      }
      return digest.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JDK has no SHA-256", e);
    }
  }

  private byte[] der() {
    var der = Arrays.copyOf(PREFIX, PREFIX.length + bytes.length);
    System.arraycopy(bytes, 0, der, PREFIX.length, bytes.length);
    return der;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SitePublicKey key && Arrays.equals(bytes, key.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return text();
  }
}
