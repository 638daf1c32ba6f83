package io.weft.mesh.client;

import io.weft.mesh.time.Ticker;
import java.time.Duration;

/**
 * How many retries a client may still make.
 *
 * <p>Each call deposits a fraction of a retry; besides, a few per second are free, so that a quiet
 * client can retry at all. With a ratio of 0.2 and a reserve of 10 per second, a client that makes
 * 1,000 calls per second makes at most 210 retries per second, however many of its calls fail. What
 * is not used within the window is lost. After the retry budget of Finagle. For one event loop.
 */
public final class RetryBudget {
  private static final int SLOTS = 16;

  /** Five times 0.2 is to be one. */
  private static final double ROUNDING = 1e-9;

  private final Ticker ticker;
  private final double ratio;
  private final double reservePerNano;
  private final double balanceMax;

  /** What calls have earned, by the part of the window they came in, in a ring. */
  private final double[] earned = new double[SLOTS];

  private final long slotNanos;
  private long slot;
  private double balance;
  private long stampNanos;

  /**
   * Creates a budget that holds the reserve of one second.
   *
   * @param ratio retries earned per call, 0 to 1
   * @param reservePerSecond retries per second that need not be earned
   * @param window how long unused budget is kept
   */
  public RetryBudget(Ticker ticker, double ratio, double reservePerSecond, Duration window) {
    this.ticker = ticker;
    this.ratio = ratio;
    reservePerNano = reservePerSecond / Duration.ofSeconds(1).toNanos();
    balanceMax = reservePerNano * window.toNanos();
    slotNanos = window.toNanos() / SLOTS;
    balance = reservePerSecond;
    stampNanos = ticker.nanos();
    slot = stampNanos / slotNanos;
  }

  /** Takes note of a call. */
  public void deposit() {
    forget(ticker.nanos());
    earned[index(slot)] += ratio;
  }

  /** Takes one retry out of the budget, if there is one. */
  public boolean withdraw() {
    long now = ticker.nanos();
    forget(now);
    return withdrawEarned() || withdrawReserved(now);
  }

  /** The oldest go first, as they would be lost first. */
  private boolean withdrawEarned() {
    double total = 0;
    for (double part : earned) {
      total += part;
    }
    if (total < 1 - ROUNDING) {
      return false;
    }
    double left = 1;
    for (long at = slot - SLOTS + 1; at <= slot; at++) {
      double taken = Math.min(left, earned[index(at)]);
      earned[index(at)] -= taken;
      left -= taken;
    }
    return true;
  }

  private boolean withdrawReserved(long now) {
    balance = Math.min(balanceMax, balance + Math.max(0, now - stampNanos) * reservePerNano);
    stampNanos = now;
    if (balance < 1) {
      return false;
    }
    balance--;
    return true;
  }

  /** Empties the slots that the time has come round to. */
  private void forget(long now) {
    long present = now / slotNanos;
    if (present == slot) {
      return;
    }
    for (long at = Math.max(slot, present - SLOTS) + 1; at <= present; at++) {
      earned[index(at)] = 0;
    }
    slot = Math.max(slot, present);
  }

  private static int index(long slot) {
    return Math.floorMod(slot, SLOTS);
  }
}
