package io.weft.mesh.link;

import io.vertx.core.Future;
import java.util.Optional;

/**
 * The invitations of a hub: what all nodes of it share, and what outlives them.
 *
 * <p>Futures complete on the context that called.
 */
public interface Invitations {
  /** Returns an invitation, also one that was used or has expired; empty when there is none. */
  Future<Optional<Invitation>> find(String id);

  /**
   * Uses an invitation that nobody has used, and enrols its site with a key, in one step. A site of
   * that name that was enrolled or revoked before has the new key from then on.
   *
   * @return the key that the invitation was used by: this one, unless another was sooner
   */
  Future<SitePublicKey> use(String id, SitePublicKey key);
}
