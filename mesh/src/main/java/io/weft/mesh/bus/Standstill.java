package io.weft.mesh.bus;

import io.weft.mesh.MeshLimits;
import io.weft.mesh.time.Ticker;
import java.util.function.LongConsumer;

/**
 * For how long an event loop stood still, as far as that matters to what it reads next.
 *
 * <p>What arrives while a process is stopped, or its event loop blocked, waits in a socket, and
 * nothing tells for how long. At most it was the whole time: a request that may have outlived its
 * deadline meanwhile must not run as if it had just come. For one event loop.
 */
final class Standstill {
  private static final long TICK_NANOS = MeshLimits.STANDSTILL_TICK.toNanos();
  private static final long NOTICED_NANOS = MeshLimits.STANDSTILL_NOTICED.toNanos();
  private static final long READ_NANOS = MeshLimits.STANDSTILL_READ.toNanos();

  private final Ticker ticker;
  private final LongConsumer delays;
  private long aliveNanos;
  private long stoodNanos;
  private long countsUntilNanos;

  /** Begins with an event loop that runs. */
  Standstill(Ticker ticker) {
    this(ticker, nanos -> {});
  }

  /**
   * Begins with an event loop that runs.
   *
   * @param delays is told how late each turn was, in nanoseconds
   */
  Standstill(Ticker ticker, LongConsumer delays) {
    this.ticker = ticker;
    this.delays = delays;
    begin();
  }

  /** Begins anew, with an event loop that runs: nothing has been read until now. */
  void begin() {
    aliveNanos = ticker.nanos();
    countsUntilNanos = aliveNanos;
  }

  /** Takes note that the event loop runs; to be called every {@link MeshLimits#STANDSTILL_TICK}. */
  void tick() {
    long now = ticker.nanos();
    long lateNanos = now - aliveNanos - TICK_NANOS;
    aliveNanos = now;
    delays.accept(Math.max(0, lateNanos));
    if (lateNanos >= NOTICED_NANOS) {
      stoodNanos = lateNanos + TICK_NANOS; // It may have stopped right after the tick before.
      countsUntilNanos = now + READ_NANOS;
    }
  }

  /** Returns for how long what is read now may have waited unread, in nanoseconds. */
  long waitedNanos() {
    if (ticker.nanos() - aliveNanos - TICK_NANOS >= NOTICED_NANOS) {
      tick(); // It is read before the timer's turn.
    }
    return ticker.nanos() - countsUntilNanos < 0 ? stoodNanos : 0;
  }
}
