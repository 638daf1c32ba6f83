package io.weft.mesh;

import io.weft.mesh.time.Ticker;
import java.time.Duration;

/**
 * The time by which a call is useless.
 *
 * <p>It is kept on the local monotonic clock and travels between nodes as the time that remains,
 * never as a time of day, so clocks that disagree do no harm.
 *
 * @param ticker the clock that the deadline is kept on
 * @param atNanos the reading of that clock at which the deadline passes
 */
public record Deadline(Ticker ticker, long atNanos) {

  /** Returns the deadline that lies a duration ahead. */
  public static Deadline after(Ticker ticker, Duration duration) {
    return new Deadline(ticker, ticker.nanos() + duration.toNanos());
  }

  /** Returns the time that remains; zero or negative once the deadline has passed. */
  public Duration remaining() {
    return Duration.ofNanos(remainingNanos());
  }

  /** Returns the nanoseconds that remain; zero or negative once the deadline has passed. */
  public long remainingNanos() {
    return atNanos - ticker.nanos();
  }

  /** Returns whether the deadline has passed. */
  public boolean expired() {
    return remainingNanos() <= 0;
  }

  /** Returns the earlier of this deadline and one that lies {@code duration} ahead. */
  public Deadline atMost(Duration duration) {
    var other = after(ticker, duration);
    return other.atNanos - atNanos < 0 ? other : this;
  }
}
