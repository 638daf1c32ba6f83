package io.weft.sites;

import io.vertx.core.Future;
import io.weft.mesh.link.SitePublicKey;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * The right to hold the link of an edge, which one node has at a time for {@link
 * SitesLimits#LEASE}: what its nodes share, and what outlives them.
 *
 * <p>Futures complete on the context that called.
 */
interface Lease {
  /**
   * What a holder has.
   *
   * @param term greater than that of every claim before
   * @param hub the key of the hub that the site has joined
   * @param joinedAt when it has; differs with each time that it joins
   */
  record Held(long term, SitePublicKey hub, Instant joinedAt) {}

  /**
   * Takes the lease if nobody has it, or nobody but an earlier start of this node.
   *
   * @param claim of this start of the node
   * @return empty when another node has it, or the site has not joined a hub
   */
  Future<Optional<Held>> claim(String node, UUID claim);

  /** Has the lease last from now on; empty when it has ended or is another's. */
  Future<Optional<Held>> renew(UUID claim, long term);

  /**
   * Takes a term that is greater than one of which the hub knows; empty as {@link #renew} has it.
   */
  Future<Optional<Held>> raise(UUID claim, long term, long above);

  /** Gives the lease back, if it is still held. */
  Future<Void> release(UUID claim, long term);
}
