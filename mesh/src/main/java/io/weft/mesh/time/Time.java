package io.weft.mesh.time;

import io.vertx.core.Vertx;
import java.time.Duration;

/**
 * Time and chance together, as one value to hand to whatever needs them.
 *
 * @param ticker the monotonic clock that all decisions use
 * @param timers tasks to be run later, on the context that schedules them
 * @param rng the source of chance
 * @param wall the time of day, for people
 */
public record Time(Ticker ticker, Timers timers, Rng rng, WallClock wall) {

  /** Returns the time of the running machine, with the timers of a Vert.x instance. */
  public static Time of(Vertx vertx) {
    return new Time(
        Ticker.system(),
        (delay, task) -> schedule(vertx, delay, task),
        Rng.system(),
        WallClock.system());
  }

  /** Returns the time of the running machine without timers: a task that waits is never run. */
  public static Time withoutTimers() {
    return new Time(Ticker.system(), (delay, task) -> () -> {}, Rng.system(), WallClock.system());
  }

  private static Timers.Handle schedule(Vertx vertx, Duration delay, Runnable task) {
    // Rounded up: a task that runs before its time finds nothing to do and has to be set again.
    long millis = Math.max(1, delay.plusNanos(999_999).toMillis());
    long id = vertx.setTimer(millis, fired -> task.run());
    return () -> vertx.cancelTimer(id);
  }
}
