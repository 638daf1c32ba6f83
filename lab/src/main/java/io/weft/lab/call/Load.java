package io.weft.lab.call;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.weft.lab.Said;
import io.weft.lab.Say;
import io.weft.mesh.time.Ticker;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.AtomicHistogram;
import org.jspecify.annotations.Nullable;

/**
 * A closed loop: so many calls are outstanding at a time, and each answer brings the next call.
 *
 * <p>Calls answered after the time is up do not count as throughput, but their latencies count.
 */
public final class Load {
  private static final int SLOT_SHIFT = 40;

  private final Caller client;
  private final Ticker ticker;
  private final int concurrency;
  private final Duration duration;
  private final Duration drain;
  private final AtomicHistogram latencies =
      new AtomicHistogram(
          CallLimits.LATENCY_MIN_NANOS, CallLimits.LATENCY_MAX_NANOS, CallLimits.LATENCY_DIGITS);
  private final LongAdder errors = new LongAdder();
  private final AtomicReference<@Nullable String> firstError = new AtomicReference<>();
  private final AtomicInteger running;
  private final CompletableFuture<Measure> finished = new CompletableFuture<>();
  private final Slot[] slots;
  private volatile long beginNanos;
  private volatile long endNanos;

  /**
   * Creates a load that has not begun.
   *
   * @param concurrency calls outstanding at a time
   * @param duration for how long new calls are made
   * @param drain how long the calls that are then outstanding are waited for
   */
  public Load(Caller client, Ticker ticker, int concurrency, Duration duration, Duration drain) {
    this.client = client;
    this.ticker = ticker;
    this.concurrency = concurrency;
    this.duration = duration;
    this.drain = drain;
    running = new AtomicInteger(concurrency);
    slots = new Slot[concurrency];
    for (int i = 0; i < concurrency; i++) {
      slots[i] = new Slot(i);
    }
  }

  /** Returns which of the calls that are outstanding at a time has a number, from 0. */
  public static int slotOf(long number) {
    return (int) (number >>> SLOT_SHIFT);
  }

  /**
   * Begins. The future completes when the time is up and every call is answered; never with a
   * failure, as calls that fail are counted.
   */
  public CompletableFuture<Measure> run() {
    client.execute(
        () -> {
          beginNanos = ticker.nanos();
          endNanos = beginNanos + duration.toNanos();
          for (var slot : slots) {
            slot.next(beginNanos);
          }
        });
    long lateMillis = duration.plus(drain).toMillis();
    var late = CompletableFuture.delayedExecutor(lateMillis, MILLISECONDS);
    CompletableFuture.runAsync(this::giveUp, late).exceptionally(this::broken);
    return finished;
  }

  /** Counts what is still outstanding as failed. */
  private void giveUp() {
    int lost = running.get();
    if (finished.isDone() || lost == 0) {
      return;
    }
    failed(lost, lost + " calls without an answer");
    finish();
  }

  private @Nullable Void broken(Throwable failure) {
    finished.completeExceptionally(failure);
    return null;
  }

  private void failed(int calls, String why) {
    errors.add(calls);
    firstError.compareAndSet(null, why);
  }

  private void finish() {
    long done = 0;
    for (var slot : slots) {
      done += slot.inTime;
    }
    finished.complete(
        new Measure(
            concurrency,
            done * 1e9 / (endNanos - beginNanos),
            micros(50),
            micros(99),
            micros(99.9),
            latencies.getTotalCount(),
            errors.sum(),
            firstError.get()));
  }

  private double micros(double percentile) {
    return latencies.getTotalCount() == 0 ? 0 : latencies.getValueAtPercentile(percentile) / 1e3;
  }

  /** One of the calls that are outstanding. At any moment one thread at most is in here. */
  private final class Slot implements Caller.Done {
    private long number;
    private long sentNanos;
    // Read by another thread after `running` has fallen to zero, or roughly when it never does.
    private long inTime;

    Slot(int index) {
      // Far apart, so that a reply that went to the wrong slot is told by its number.
      number = (long) index << SLOT_SHIFT;
    }

    void next(long nowNanos) {
      if (nowNanos - endNanos >= 0 || errors.sum() >= CallLimits.ERRORS_MAX) {
        if (running.decrementAndGet() == 0) {
          finish();
        }
        return;
      }
      number++;
      sentNanos = nowNanos;
      client.call(Say.numbered(number), this);
    }

    @Override
    public void done(@Nullable Said reply, @Nullable Throwable failure) {
      long nowNanos = ticker.nanos();
      if (reply == null || reply.number() != number) {
        failed(1, reply == null ? String.valueOf(failure) : "the reply to another call");
        // Not at once: a call that fails before it returns would call itself without end.
        client.execute(() -> next(ticker.nanos()));
        return;
      }
      long nanos = Math.max(0, nowNanos - sentNanos);
      latencies.recordValue(Math.min(CallLimits.LATENCY_MAX_NANOS, nanos));
      if (nowNanos - endNanos <= 0) {
        inTime++;
      }
      next(nowNanos);
    }
  }
}
