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
  private final Ticker ticker;
  private final double ratio;
  private final double reservePerNano;
  private final double balanceMax;
  private double balance;
  private double deposited;
  private long stampNanos;
  private final double windowNanos;

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
    windowNanos = window.toNanos();
    balanceMax = reservePerSecond * window.toNanos() / Duration.ofSeconds(1).toNanos();
    balance = reservePerSecond;
    stampNanos = ticker.nanos();
  }

  /** Takes note of a call. */
  public void deposit() {
    settle();
    deposited += ratio;
  }

  /** Takes one retry out of the budget, if there is one. */
  public boolean withdraw() {
    settle();
    if (deposited >= 1) {
      deposited--;
      return true;
    }
    if (balance >= 1) {
      balance--;
      return true;
    }
    return false;
  }

  private void settle() {
    long now = ticker.nanos();
    long passed = Math.max(0, now - stampNanos);
    stampNanos = now;
    balance = Math.min(balanceMax, balance + passed * reservePerNano);
    deposited *= Math.exp(-passed / windowNanos);
  }
}
