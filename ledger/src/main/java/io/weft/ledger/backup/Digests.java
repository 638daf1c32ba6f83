package io.weft.ledger.backup;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256, by which it is told whether what was read is what was written. */
final class Digests {
  private Digests() {}

  /** Returns a digest of nothing yet. */
  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** Returns a digest as text, and begins it anew. */
  static String text(MessageDigest digest) {
    return HexFormat.of().formatHex(digest.digest());
  }
}
