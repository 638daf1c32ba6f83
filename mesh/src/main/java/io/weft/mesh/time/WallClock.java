package io.weft.mesh.time;

import java.time.Instant;

/**
 * The time of day, for people to read: in logs, records and answers.
 *
 * <p>It may jump. No decision of the mesh rests on it; those use a {@link Ticker}.
 */
@FunctionalInterface
public interface WallClock {
  /** Returns the present instant. */
  Instant now();

  /** Returns the wall clock of the running machine. */
  static WallClock system() {
    return Instant::now;
  }
}
