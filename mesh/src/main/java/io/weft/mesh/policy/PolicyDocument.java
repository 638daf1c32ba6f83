package io.weft.mesh.policy;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The policies of one epoch as an operator wrote them, and how they came to be.
 *
 * <p>Of two documents the newer one counts everywhere: that of the higher epoch, and among those of
 * one epoch, which two halves of a site can give out while they are apart, that of the greater
 * digest. So all nodes choose the same one, whatever order they see them in.
 *
 * @param epoch grows with every change; at least 1
 * @param text the file; empty for the built-in defaults
 * @param textOf the epoch that first had this text: this one, or the one that was rolled back to
 * @param how what was done: {@link #FILE}, {@link #APPLIED}, {@link #ROLLED_BACK} or {@link #TAKEN}
 * @param by the node that took it on
 * @param at when, in ISO-8601, by that node's clock; for people
 */
public record PolicyDocument(
    long epoch, String text, long textOf, String how, String by, String at) {
  /** The file in the node's configuration, taken on when the site had no policies. */
  public static final String FILE = "file";

  /** A file that an operator sent. */
  public static final String APPLIED = "applied";

  /** The text of an earlier epoch. */
  public static final String ROLLED_BACK = "rolled back";

  /** What the hub goes by, at a site that goes by its hub's policies. */
  public static final String TAKEN = "taken from the hub";

  private static final int DIGEST_CHARS = 16;

  /** What a node goes by before it knows of any document: the built-in defaults. */
  public static final PolicyDocument NONE = new PolicyDocument(0, "", 0, "built-in", "", "");

  /** Returns the digest of the text: 16 hexadecimal digits of its SHA-256; empty for no text. */
  public String digest() {
    if (text.isEmpty()) {
      return "";
    }
    try {
      var hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash).substring(0, DIGEST_CHARS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no SHA-256", e); // Each must have it.
    }
  }

  /** Returns whether this document counts where another one is known as well. */
  public boolean newerThan(PolicyDocument other) {
    return newer(epoch, digest(), other.epoch, other.digest());
  }

  /** Returns whether the document of one epoch and digest is newer than that of another. */
  public static boolean newer(long epoch, String digest, long otherEpoch, String otherDigest) {
    return epoch != otherEpoch ? epoch > otherEpoch : digest.compareTo(otherDigest) > 0;
  }
}
