package io.weft.mesh.security;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import io.weft.mesh.MeshLimits;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One key: its name, the one algorithm that it is for, and what checks and perhaps signs with it.
 *
 * <p>That a key has one algorithm is what makes confusing them impossible (RFC 8725, section 3.1):
 * what a token names is compared with it, and never chooses. Immutable, safe for any thread.
 *
 * @param signer null for a key that only checks
 */
record TokenKey(
    String id, JWSAlgorithm algorithm, JWSVerifier verifier, @Nullable JWSSigner signer) {
  private static final Set<JWSAlgorithm> OF_RSA = Set.of(JWSAlgorithm.RS256, JWSAlgorithm.PS256);

  /**
   * Returns the key that a JWK describes.
   *
   * @throws KeyException if it is of a kind that is not taken, too weak, or has no name
   */
  static TokenKey of(JWK jwk) throws KeyException {
    var id = jwk.getKeyID();
    if (id == null || id.isEmpty() || id.length() > MeshLimits.KEY_ID_MAX_CHARS) {
      throw new KeyException(
          "a key without a usable kid (expected: 1 to "
              + MeshLimits.KEY_ID_MAX_CHARS
              + " characters)");
    }
    try {
      if (jwk instanceof RSAKey rsa) {
        return ofRsa(id, rsa);
      }
      if (jwk instanceof ECKey ec) {
        return ofCurve(id, ec);
      }
    } catch (JOSEException bad) {
      throw new KeyException("key " + id + " is of no use: " + bad.getMessage(), bad);
    }
    throw new KeyException(
        "key " + id + " is of type " + jwk.getKeyType() + " (expected: RSA, EC)");
  }

  /** Returns whether a JWK is for signatures, as far as it says what it is for. */
  static boolean isForSignatures(JWK jwk) {
    return jwk.getKeyUse() == null || jwk.getKeyUse().equals(KeyUse.SIGNATURE);
  }

  private static TokenKey ofRsa(String id, RSAKey key) throws KeyException, JOSEException {
    if (key.size() < MeshLimits.RSA_MIN_BITS || key.size() > MeshLimits.RSA_MAX_BITS) {
      throw new KeyException(
          "key "
              + id
              + " has "
              + key.size()
              + " bits (expected: "
              + MeshLimits.RSA_MIN_BITS
              + " to "
              + MeshLimits.RSA_MAX_BITS
              + ")");
    }
    var algorithm = algorithm(id, key, JWSAlgorithm.RS256, OF_RSA);
    return new TokenKey(
        id,
        algorithm,
        new RSASSAVerifier(key.toRSAPublicKey()),
        key.isPrivate() ? new RSASSASigner(key) : null);
  }

  private static TokenKey ofCurve(String id, ECKey key) throws KeyException, JOSEException {
    JWSAlgorithm own;
    if (key.getCurve().equals(Curve.P_256)) {
      own = JWSAlgorithm.ES256;
    } else if (key.getCurve().equals(Curve.P_384)) {
      own = JWSAlgorithm.ES384;
    } else {
      throw new KeyException(
          "key " + id + " is on curve " + key.getCurve() + " (expected: P-256, P-384)");
    }
    algorithm(id, key, own, Set.of(own));
    return new TokenKey(
        id, own, new ECDSAVerifier(key), key.isPrivate() ? new ECDSASigner(key) : null);
  }

  private static JWSAlgorithm algorithm(
      String id, JWK key, JWSAlgorithm byDefault, Set<JWSAlgorithm> allowed) throws KeyException {
    var said = key.getAlgorithm();
    if (said == null) {
      return byDefault;
    }
    for (var one : allowed) {
      if (one.getName().equals(said.getName())) {
        return one;
      }
    }
    throw new KeyException(
        "key " + id + " is for " + said.getName() + " (expected: " + byDefault + ")");
  }
}
