package io.weft.mesh.policy;

import io.weft.mesh.Operation;
import java.util.Set;

/**
 * How often clients may ask at the gateway: token buckets, one for each of whoever is told apart.
 *
 * @param name what clients are told that it is
 * @param perSecond tokens that come each second, over 0
 * @param burst tokens that a bucket holds at most, at least 1
 * @param by who has a bucket of their own
 * @param of the services and operations that it counts for; empty for all
 * @param reach how far a bucket reaches
 */
public record EdgeLimit(
    String name, double perSecond, int burst, By by, Set<String> of, Reach reach) {
  /** Who has a bucket of their own. */
  public enum By {
    /** Nobody: all share one. */
    EVERYBODY,
    /** Each address of a client; of IPv6, each network of 64 bits. */
    ADDRESS,
    /** Each principal; who comes without a token is known by the address. */
    PRINCIPAL
  }

  /** How far a bucket reaches. */
  public enum Reach {
    /** Each node has its own. */
    NODE,
    /** The nodes of a site tell each other what they have given out. */
    SITE
  }

  /** Copies the set. */
  public EdgeLimit {
    of = Set.copyOf(of);
  }

  /** Returns whether it counts for an operation. */
  public boolean counts(String operation) {
    return of.isEmpty() || of.contains(operation) || of.contains(Operation.serviceOf(operation));
  }
}
