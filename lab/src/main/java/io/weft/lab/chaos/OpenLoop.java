package io.weft.lab.chaos;

import io.vertx.core.Future;
import io.weft.lab.LabException;
import io.weft.lab.Patience;
import io.weft.mesh.time.Time;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A load that does not slow down when those who answer do: calls begin when they are due, however
 * many are not answered.
 */
final class OpenLoop {
  private final Executor context;
  private final Time time;
  private final int perSecond;
  private final Sender sender;
  private final Tally tally;
  private final long beginNanos;
  private long sent;
  private final AtomicInteger outstanding = new AtomicInteger();
  private volatile boolean over;

  /** Makes one call. */
  @FunctionalInterface
  interface Sender {
    /** Makes the call of a number, from 0; on the load's context, on which it also completes. */
    Future<?> send(long number);
  }

  private OpenLoop(Executor context, Time time, int perSecond, Sender sender) {
    this.context = context;
    this.time = time;
    this.perSecond = perSecond;
    this.sender = sender;
    beginNanos = time.ticker().nanos();
    tally = new Tally(beginNanos);
  }

  /**
   * Begins a load, which lasts until {@link #stop}.
   *
   * @param context runs tasks where calls are made, in order
   */
  static OpenLoop start(Executor context, Time time, int perSecond, Sender sender) {
    var loop = new OpenLoop(context, time, perSecond, sender);
    context.execute(loop::turn);
    return loop;
  }

  Tally tally() {
    return tally;
  }

  /** Begins no more calls; those that are not answered yet will be counted still. */
  Tally end() {
    over = true;
    return tally;
  }

  /** Ends the load, and waits until every call has ended. Blocks. */
  Tally stop() {
    return stop(ChaosLimits.ANSWER_MAX);
  }

  /** Ends the load, and waits until every call has ended, but no longer than this. Blocks. */
  Tally stop(Duration longest) {
    over = true;
    Patience.until(
        "the calls of the load end",
        longest,
        ChaosLimits.LOOK_INTERVAL,
        () -> outstanding.get() == 0);
    return tally;
  }

  private void turn() {
    if (over) {
      return;
    }
    long due = (long) ((time.ticker().nanos() - beginNanos) / 1e9 * perSecond);
    while (sent < due) {
      send(sent++);
    }
    time.timers().after(ChaosLimits.PACE, this::turn);
  }

  private void send(long number) {
    long intendedNanos = beginNanos + (long) (number * 1e9 / perSecond);
    if (outstanding.get() >= ChaosLimits.OUTSTANDING_MAX) {
      ended(intendedNanos, new LabException(outstanding.get() + " calls are not answered"));
      return;
    }
    outstanding.incrementAndGet();
    sender
        .send(number)
        .onComplete(
            (answer, failure) ->
                context.execute(
                    () -> {
                      outstanding.decrementAndGet();
                      ended(intendedNanos, failure);
                    }));
  }

  private void ended(long intendedNanos, @Nullable Throwable failure) {
    tally.ended(intendedNanos, time.ticker().nanos(), failure);
  }
}
