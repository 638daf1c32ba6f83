package io.weft.mesh.security;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import io.weft.mesh.MeshLimits;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Reads keys from text: a JWK set (RFC 7517), or PEM blocks one after the other.
 *
 * <p>A key in PEM has no name of its own and gets its thumbprint (RFC 7638), so the same key has
 * the same name on every node. An EC key that is to sign wants the form of a JWK, as in PEM its
 * public part, which checking needs, may be missing.
 */
final class KeyText {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z ]{1,30})-----([^-]*)-----END \\1-----");

  private KeyText() {}

  /**
   * Reads keys.
   *
   * @throws KeyException saying what is wrong with them
   */
  static KeySet read(String text) throws KeyException {
    if (text.length() > MeshLimits.KEYS_MAX_BYTES) {
      throw new KeyException(
          "keys of " + text.length() + " characters (limit: " + MeshLimits.KEYS_MAX_BYTES + ")");
    }
    return KeySet.of(text.stripLeading().startsWith("{") ? ofSet(text) : ofPem(text));
  }

  /** Returns a fresh key that signs, as the text of a JWK set. */
  static String fresh() throws KeyException {
    try {
      var key =
          new RSAKeyGenerator(MeshLimits.RSA_MIN_BITS)
              .keyUse(KeyUse.SIGNATURE)
              .algorithm(JWSAlgorithm.RS256)
              .keyIDFromThumbprint(true)
              .generate();
      return new JWKSet(key).toString(false);
    } catch (JOSEException impossible) {
      throw new KeyException("no key could be made: " + impossible.getMessage(), impossible);
    }
  }

  private static List<TokenKey> ofSet(String text) throws KeyException {
    JWKSet set;
    try {
      set = JWKSet.parse(text);
    } catch (ParseException notOne) {
      throw new KeyException("not a JWK set: " + notOne.getMessage(), notOne);
    }
    var keys = new ArrayList<TokenKey>();
    for (var jwk : set.getKeys()) {
      if (TokenKey.isForSignatures(jwk)) {
        keys.add(TokenKey.of(jwk));
      }
    }
    return keys;
  }

  private static List<TokenKey> ofPem(String text) throws KeyException {
    var keys = new ArrayList<TokenKey>();
    var blocks = BLOCK.matcher(text);
    while (blocks.find()) {
      try {
        var der = Base64.getMimeDecoder().decode(blocks.group(2));
        keys.add(TokenKey.of(named(ofDer(blocks.group(1), der))));
      } catch (GeneralSecurityException | IllegalArgumentException | JOSEException bad) {
        throw new KeyException(
            "block " + (keys.size() + 1) + " is no key: " + bad.getMessage(), bad);
      }
    }
    if (keys.isEmpty()) {
      throw new KeyException(
          "neither a JWK set nor PEM (expected: {\"keys\": [...]}, or -----BEGIN PUBLIC KEY-----)");
    }
    return keys;
  }

  private static JWK ofDer(String label, byte[] der) throws GeneralSecurityException, KeyException {
    return switch (label) {
      case "PUBLIC KEY" -> ofPublic(der);
      case "PRIVATE KEY" -> ofPrivate(der);
      default ->
          throw new KeyException(
              "a block "
                  + label
                  + " (expected: PRIVATE KEY or PUBLIC KEY; openssl pkcs8 -topk8"
                  + " -nocrypt turns older forms into it)");
    };
  }

  private static JWK ofPrivate(byte[] der) throws GeneralSecurityException, KeyException {
    var rsa = KeyFactory.getInstance("RSA");
    try {
      if (rsa.generatePrivate(new PKCS8EncodedKeySpec(der)) instanceof RSAPrivateCrtKey key) {
        var spec = new RSAPublicKeySpec(key.getModulus(), key.getPublicExponent());
        return new RSAKey.Builder((RSAPublicKey) rsa.generatePublic(spec)).privateKey(key).build();
      }
    } catch (InvalidKeySpecException notRsa) {
      throw new KeyException(
          "a private key that is not of RSA (expected: RSA in PEM; others as a JWK set)", notRsa);
    }
    throw new KeyException("an RSA key without its public exponent (expected: one with it)");
  }

  private static JWK ofPublic(byte[] der) throws GeneralSecurityException, KeyException {
    PublicKey key;
    try {
      key = KeyFactory.getInstance("RSA").generatePublic(new X509EncodedKeySpec(der));
    } catch (InvalidKeySpecException notRsa) {
      key = KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(der));
    }
    if (key instanceof RSAPublicKey rsa) {
      return new RSAKey.Builder(rsa).build();
    }
    if (key instanceof ECPublicKey ec) {
      var curve = Curve.forECParameterSpec(ec.getParams());
      if (curve != null) {
        return new ECKey.Builder(curve, ec).build();
      }
    }
    throw new KeyException(
        "a public key of a kind that is not taken (expected: RSA, P-256, P-384)");
  }

  private static JWK named(JWK key) throws JOSEException {
    if (key instanceof RSAKey rsa) {
      return new RSAKey.Builder(rsa).keyIDFromThumbprint().build();
    }
    return new ECKey.Builder(key.toECKey()).keyIDFromThumbprint().build();
  }
}
