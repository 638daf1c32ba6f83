package io.weft.mesh.client;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * How many further attempts one client may make at one service.
 *
 * <p>Each call that is answered earns a fraction of an attempt, which is lost when it is not used
 * within the window; besides, a few per second are free, so that a quiet client can try again at
 * all. What fails earns nothing: where every backend fails, nothing but the reserve is left. With a
 * ratio of 0.2, a reserve of 10 per second and a window of one second, in any stretch of time a
 * client makes at most a fifth as many further attempts as calls were answered in that stretch and
 * in the second before it, and ten for each second of it, and ten. After the retry budget of
 * Finagle, which lets calls earn that fail; that answers do, after the retry throttling of gRPC.
 *
 * <p>Ratio and reserve are said with each use, as they may change at any time. For one event loop.
 */
public final class RetryBudget {
  private static final int SLOTS = 16;
  private static final double SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** Five times 0.2 is to be one. */
  private static final double ROUNDING = 1e-9;

  /** What answered calls have earned, by the part of the window they ended in, in a ring. */
  private final double[] earned = new double[SLOTS];

  private final long slotNanos;
  private long slot;
  private double reserve;
  private long reserveNanos;
  private long withdrawn;
  private long refused;

  /**
   * Creates a budget that holds the reserve of one second.
   *
   * @param window how long what was earned is kept
   * @param nowNanos the present reading of the clock that all readings here are of
   */
  public RetryBudget(Duration window, long nowNanos) {
    slotNanos = window.toNanos() / SLOTS;
    slot = slotOf(nowNanos);
    reserveNanos = nowNanos - (long) SECOND_NANOS;
  }

  /**
   * Takes note of a call that was answered.
   *
   * @param ratio further attempts that it earns, 0 to 1
   */
  public void earn(double ratio, long nowNanos) {
    forget(nowNanos);
    earned[index(slot)] += ratio;
  }

  /**
   * Takes one further attempt out of the budget, if there is one.
   *
   * @param reservePerSecond further attempts per second that need not be earned, 0 or more
   */
  public boolean withdraw(double reservePerSecond, long nowNanos) {
    forget(nowNanos);
    boolean paid = withdrawEarned() || withdrawReserved(reservePerSecond, nowNanos);
    withdrawn += paid ? 1 : 0;
    refused += paid ? 0 : 1;
    return paid;
  }

  /** Returns how many further attempts could be taken out now, as far as was last looked at. */
  double left(long nowNanos) {
    forget(nowNanos);
    double left = reserve;
    for (double part : earned) {
      left += part;
    }
    return left;
  }

  /** Returns how many further attempts were taken out since the start. */
  long withdrawn() {
    return withdrawn;
  }

  /** Returns how many further attempts were refused since the start. */
  long refused() {
    return refused;
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

  private boolean withdrawReserved(double perSecond, long nowNanos) {
    double most = perSecond > 0 ? Math.max(1, perSecond) : 0;
    double come = Math.max(0, nowNanos - reserveNanos) / SECOND_NANOS * perSecond;
    reserve = Math.min(most, reserve + come);
    reserveNanos = nowNanos;
    if (reserve < 1 - ROUNDING) {
      return false;
    }
    reserve--;
    return true;
  }

  /** Empties the slots that the time has come round to. */
  private void forget(long nowNanos) {
    long present = slotOf(nowNanos);
    if (present == slot) {
      return;
    }
    for (long at = Math.max(slot, present - SLOTS) + 1; at <= present; at++) {
      earned[index(at)] = 0;
    }
    slot = Math.max(slot, present);
  }

  private long slotOf(long nanos) {
    return Math.floorDiv(nanos, slotNanos);
  }

  private static int index(long slot) {
    return Math.floorMod(slot, SLOTS);
  }
}
