package io.weft.mesh.bus;

import io.weft.mesh.MeshLimits;
import io.weft.mesh.time.Ticker;
import org.slf4j.Logger;

/**
 * Warnings of bad input, of which no more are logged than a person can read: one at a time, with
 * the number of those that came in between.
 *
 * <p>For one event loop.
 */
final class Complaints {
  private final Logger log;
  private final Ticker ticker;
  private long nextNanos;
  private long unsaid;

  Complaints(Logger log, Ticker ticker) {
    this.log = log;
    this.ticker = ticker;
    nextNanos = ticker.nanos();
  }

  void add(String what, Throwable why) {
    long now = ticker.nanos();
    if (now - nextNanos < 0) {
      unsaid++;
      return;
    }
    log.warn("{}: {} ({} more like it were not logged)", what, why.getMessage(), unsaid);
    unsaid = 0;
    nextNanos = now + MeshLimits.COMPLAINT_INTERVAL.toNanos();
  }
}
