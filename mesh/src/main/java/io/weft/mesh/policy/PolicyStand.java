package io.weft.mesh.policy;

import org.jspecify.annotations.Nullable;

/**
 * Which policies a node goes by, as it tells the others with each announcement.
 *
 * @param epoch their epoch; 0 for the built-in defaults
 * @param digest the digest of their document
 * @param refused why it does not go by newer ones that it knows of, or null
 */
public record PolicyStand(long epoch, String digest, @Nullable String refused) {
  /** The stand of a node that goes by the built-in defaults. */
  public static final PolicyStand DEFAULT = new PolicyStand(0, "", null);

  /** Returns whether a document is newer than what the node goes by. */
  public boolean before(PolicyDocument document) {
    return PolicyDocument.newer(document.epoch(), document.digest(), epoch, digest);
  }

  /** Returns whether the node goes by a document. */
  public boolean isAt(PolicyDocument document) {
    return epoch == document.epoch() && digest.equals(document.digest());
  }
}
