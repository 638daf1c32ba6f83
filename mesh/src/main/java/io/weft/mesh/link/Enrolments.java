package io.weft.mesh.link;

import io.vertx.core.Future;
import java.util.Optional;

/**
 * Who may link to a hub: what all nodes of it share, and what outlives them.
 *
 * <p>Futures complete on the context that called. One that fails leaves the site refused as {@link
 * LinkReason#UNAVAILABLE}, and it tries again.
 */
public interface Enrolments {
  /** Returns the enrolment of a site, also of one that was revoked; empty when there is none. */
  Future<Optional<Enrolment>> find(String site);

  /**
   * Raises the greatest term of a site that was claimed, if this one is greater.
   *
   * @return the greatest term now: at least {@code term}
   */
  Future<Long> claimTerm(String site, long term);
}
