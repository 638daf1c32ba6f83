package io.weft.mesh.link;

import io.weft.mesh.MeshLimits;
import io.weft.mesh.time.Rng;
import java.time.Duration;

/**
 * How long to wait before the next try: a uniformly drawn part of a bound that doubles each time,
 * so that many edges of one hub do not come back at once. "Full jitter", after M. Brooker,
 * "Exponential Backoff And Jitter", 2015.
 */
final class Backoff {
  private final Rng rng;
  private long boundNanos = MeshLimits.LINK_BACKOFF.toNanos();

  Backoff(Rng rng) {
    this.rng = rng;
  }

  /** Returns the next wait: at most the bound, which grows to {@code LINK_BACKOFF_MAX}. */
  Duration next() {
    var wait = Duration.ofNanos((long) (rng.nextDouble() * boundNanos));
    boundNanos = Math.min(2 * boundNanos, MeshLimits.LINK_BACKOFF_MAX.toNanos());
    return wait;
  }

  /** Begins with the first bound again. */
  void reset() {
    boundNanos = MeshLimits.LINK_BACKOFF.toNanos();
  }
}
