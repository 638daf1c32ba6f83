package io.weft.mesh.link;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;

/**
 * The key pair by which a site proves who it is: Ed25519 (RFC 8032).
 *
 * <p>Whoever has its private part is the site to others. Immutable; safe for use by many threads.
 */
public final class SiteKey {
  private final PrivateKey secret;
  private final SitePublicKey shown;

  private SiteKey(PrivateKey secret, SitePublicKey shown) {
    this.secret = secret;
    this.shown = shown;
  }

  /** Returns a fresh pair. */
  public static SiteKey create() {
    try {
      var pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
      return new SiteKey(pair.getPrivate(), SitePublicKey.ofDer(pair.getPublic().getEncoded()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK has no Ed25519 (expected: 17 or later)", e);
    }
  }

  /**
   * Returns the pair that was kept.
   *
   * @param pkcs8 what {@link #pkcs8} returned
   * @throws IllegalArgumentException if the two are not of each other
   */
  public static SiteKey of(byte[] pkcs8, SitePublicKey shown) {
    SiteKey pair;
    try {
      var secret =
          KeyFactory.getInstance("Ed25519").generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
      pair = new SiteKey(secret, shown);
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("not a private key of Ed25519: " + e.getMessage(), e);
    }
    var probe = "weft.link.pair".getBytes(UTF_8);
    if (!shown.verifies(probe, pair.sign(probe))) {
      throw new IllegalArgumentException(
          "the private key is not that of " + shown + " (expected: both of one pair)");
    }
    return pair;
  }

  /** Returns the part that others know. */
  public SitePublicKey shown() {
    return shown;
  }

  /** Returns the private part as PKCS#8, to be kept where only the node reads it. */
  public byte[] pkcs8() {
    return secret.getEncoded();
  }

  byte[] sign(byte[] text) {
    try {
      var signature = Signature.getInstance("Ed25519");
      signature.initSign(secret);
      signature.update(text);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK cannot sign with Ed25519: " + e.getMessage(), e);
    }
  }

  /** Names the public part only, so that the other never gets into a log. */
  @Override
  public String toString() {
    return "SiteKey[" + shown + "]";
  }
}
