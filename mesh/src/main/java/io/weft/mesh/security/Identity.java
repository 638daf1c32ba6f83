package io.weft.mesh.security;

import java.time.Duration;
import java.time.Instant;

/**
 * What a token that was checked says.
 *
 * @param principal who asks
 * @param expires when that is not to be believed any more
 */
public record Identity(Principal principal, Instant expires) {
  /** What is known of whoever comes without a token; it does not expire. */
  public static final Identity ANONYMOUS = new Identity(Principal.ANONYMOUS, Instant.MAX);

  /** Returns for how much longer it is to be believed; zero if it is over. */
  public Duration remaining(Instant now) {
    return now.isBefore(expires) ? Duration.between(now, expires) : Duration.ZERO;
  }
}
