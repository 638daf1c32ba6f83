package io.weft.routing;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.weft.mesh.time.Rng;
import io.weft.mesh.time.Ticker;
import io.weft.mesh.time.Time;
import io.weft.mesh.time.Timers;
import io.weft.mesh.time.WallClock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that the test moves; its timers fire on the contexts that set them. */
public final class MovedTime {
  private record Due(long atNanos, Context context, Runnable task) {}

  private final Instant began = WallClock.system().now();
  private final AtomicLong moved = new AtomicLong();
  private volatile boolean over;
  private final Map<Object, Due> waiting = new ConcurrentHashMap<>();

  public Time time() {
    Ticker ticker = moved::get;
    Timers timers =
        (delay, task) -> {
          if (over) {
            // Not at once: what waits again and again would leave no turn to anybody else.
            Vertx.currentContext().owner().setTimer(1, fired -> task.run());
            return () -> {};
          }
          var key = new Object();
          var due = new Due(moved.get() + delay.toNanos(), Vertx.currentContext(), task);
          waiting.put(key, due);
          fire(key, due); // The clock may have been moved past it meanwhile.
          return () -> waiting.remove(key);
        };
    return new Time(ticker, timers, Rng.seeded(1), () -> began.plusNanos(moved.get()));
  }

  /** Lets whatever waits from now on hardly wait: the test is over, the gateway stops. */
  public void finish() {
    over = true;
  }

  /** Returns whether something began to wait for just so long since the clock was moved last. */
  public boolean waits(Duration delay) {
    long until = moved.get() + delay.toNanos();
    return waiting.values().stream().anyMatch(due -> due.atNanos == until);
  }

  public void advance(Duration by) {
    moved.addAndGet(by.toNanos());
    waiting.forEach(this::fire);
  }

  private void fire(Object key, Due due) {
    if (due.atNanos <= moved.get() && waiting.remove(key) != null) {
      due.context.runOnContext(turn -> due.task.run());
    }
  }
}
