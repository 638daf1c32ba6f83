package io.weft.mesh.bus;

import io.weft.mesh.MeshLimits;
import io.weft.mesh.time.Ticker;
import java.util.regex.Pattern;
import org.slf4j.Logger;

/**
 * Warnings of bad input, of which no more are logged than a person can read: one at a time, with
 * the number of those that came in between.
 *
 * <p>For one event loop.
 */
final class Complaints {
  private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");

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
    log.warn("{}: {} ({} more like it were not logged)", what, line(why), unsaid);
    unsaid = 0;
    nextNanos = now + MeshLimits.COMPLAINT_INTERVAL.toNanos();
  }

  /** Returns a message as one line of bounded length: a stranger may have chosen its words. */
  private static String line(Throwable why) {
    var message = String.valueOf(why.getMessage());
    var cut = message.substring(0, Math.min(message.length(), MeshLimits.COMPLAINT_MAX_CHARS));
    return CONTROL.matcher(cut).replaceAll("?");
  }
}
