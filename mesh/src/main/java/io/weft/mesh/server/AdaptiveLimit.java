package io.weft.mesh.server;

import io.weft.mesh.MeshLimits;

/**
 * How many calls an instance runs at a time: found out by trying what half as many would do.
 *
 * <p>A call that takes longer than it used to says nothing by itself: it may wait for the calls
 * beside it, which fewer of them would cure, or for a database that has become slow, where fewer
 * would only do less. So while callers have to wait, the limit is halved now and then, for as long
 * as it takes to see a number of calls through. If they now take about half the time, the other
 * half was spent waiting for each other: the instance does as much with fewer, and the limit goes
 * down. If they take as long as before, each further call at a time is one more done: the limit
 * goes up. Trying costs little: near the right limit, half of it keeps the instance busy too.
 *
 * <p>That is the probe for the round-trip time without a queue of BBR (N. Cardwell and others,
 * "BBR: Congestion-Based Congestion Control", ACM Queue 14, 2016), on calls instead of packets, and
 * judged by Little's law. Times are compared per operation, so a change in the mix of cheap and
 * dear ones is not taken for a change in the load. See docs/decisions/0013.
 *
 * <p>For one event loop.
 */
final class AdaptiveLimit {
  /** Latency with half as many, as a share of the usual, below which half would do. */
  private static final double WAITED_BELOW = 1 / 1.75;

  /** Latency with half as many, as a share of the usual, above which more is done with more. */
  private static final double WORKED_ABOVE = 1 / 1.5;

  /** Latency with half as many above which hardly anything waits: the limit is far too low. */
  private static final double WORKED_ONLY_ABOVE = 1 / 1.2;

  /** The share of the limit that runs when its effect is felt. */
  private static final double CROWDED = 0.75;

  private static final double DOWN = 0.75;
  private static final double DOWN_AT_ONCE = 0.5;
  private static final double UP = 1.25;
  private static final double FAR_UP = 2;

  private int limit = MeshLimits.INSTANCE_RUNNING_INITIAL;
  private int most = MeshLimits.INSTANCE_RUNNING_MAX;

  /** Whether half of the limit is being tried. */
  private boolean halved;

  /** Whether a call could not run at once since the last try. */
  private boolean pressed;

  /** Calls since the last try that tell what is usual. */
  private int usual;

  private long tryNextNanos;
  private long triedFromNanos;

  /** Calls of the present try that have begun, and that have ended. */
  private int begun;

  private int answered;
  private double sharesOfUsual;

  private long countedFromNanos;
  private int ended;
  private int useless;

  /** What a call tells of the limit. */
  enum Sample {
    /** How long calls take beside about as many as may run. */
    USUAL,
    /** How long calls take beside half as many. */
    HALF,
    /** Neither. */
    NOTHING
  }

  /** Creates a limit that nothing is known of. */
  AdaptiveLimit(long nowNanos) {
    tryNextNanos = nowNanos + MeshLimits.LIMIT_TRY_INTERVAL.toNanos();
    countedFromNanos = nowNanos;
  }

  /** Sets what the limit may not exceed, at least 1. */
  void atMost(int most) {
    this.most = most;
    change(1);
  }

  /** Returns how many calls may run at this moment. */
  int now() {
    return halved ? Math.max(1, limit / 2) : limit;
  }

  /** Returns how many calls may run when half as many are not being tried. */
  int whole() {
    return limit;
  }

  /** Notes that a call could not run at once. */
  void press() {
    pressed = true;
  }

  /**
   * Notes that a call begins to run, and says what it will tell. By half of the limit the first
   * ones to begin count, however long each takes: the first ones to end would be the quick ones.
   *
   * @param running how many calls run now, this one included
   */
  Sample begins(long nowNanos, int running) {
    if (halved) {
      return begun < MeshLimits.LIMIT_SAMPLES && begun++ >= 0 ? Sample.HALF : Sample.NOTHING;
    }
    if (movable() && pressed && usual >= MeshLimits.LIMIT_SAMPLES && nowNanos - tryNextNanos >= 0) {
      halved = true;
      triedFromNanos = nowNanos;
      begun = 0;
      answered = 0;
      sharesOfUsual = 0;
      return Sample.NOTHING; // Those that run beside it are still too many.
    }
    return running >= limit * CROWDED ? Sample.USUAL : Sample.NOTHING;
  }

  /**
   * Notes that a call has ended that could tell what is usual, and returns whether it does. While
   * half of the limit is tried none comes after it, and the last ones to end are the slow ones.
   */
  boolean learns() {
    usual += halved ? 0 : 1;
    return !halved;
  }

  /**
   * Notes that a call by which half of the limit is judged has ended.
   *
   * @param shareOfUsual how long it took, as a share of what such calls usually take
   */
  void tried(double shareOfUsual, long nowNanos) {
    if (!halved) {
      return; // It was ended early.
    }
    answered++;
    sharesOfUsual += shareOfUsual;
    if (answered == MeshLimits.LIMIT_SAMPLES) {
      long tookNanos = nowNanos - triedFromNanos;
      boolean up = judge(sharesOfUsual / answered);
      stopTrying(nowNanos, up ? tookNanos : tookNanos * MeshLimits.LIMIT_TRY_ONE_IN);
    }
  }

  /**
   * Notes that a call has ended. When half of them end too late to be of use, something has to give
   * at once.
   *
   * @param nothing whether it was work for nothing: too late, or refused by what lies below
   */
  void ended(boolean nothing, long nowNanos) {
    ended++;
    useless += nothing ? 1 : 0;
    if (ended >= MeshLimits.LIMIT_ENDED_MIN
        && nowNanos - countedFromNanos >= MeshLimits.LIMIT_USELESS_INTERVAL.toNanos()) {
      if (useless * 2 > ended) {
        change(DOWN_AT_ONCE);
        stopTrying(nowNanos, 0);
      }
      ended = 0;
      useless = 0;
      countedFromNanos = nowNanos;
    }
    if (halved && nowNanos - triedFromNanos >= MeshLimits.LIMIT_TRY_MAX.toNanos()) {
      stopTrying(nowNanos, 0); // Too few answers to learn anything from.
    }
  }

  /**
   * Whether the limit may be any other than it is. Half of one that may not would only be half of
   * what the instance can do, for nothing (docs/decisions/0052).
   */
  private boolean movable() {
    return most > MeshLimits.INSTANCE_RUNNING_MIN;
  }

  /** Changes the limit by what was tried; returns whether it went up, which it may not have. */
  private boolean judge(double shareOfUsual) {
    int before = limit;
    if (shareOfUsual < WAITED_BELOW) {
      change(DOWN);
    } else if (shareOfUsual > WORKED_ONLY_ABOVE) {
      change(FAR_UP);
    } else if (shareOfUsual > WORKED_ABOVE) {
      change(UP);
    }
    return limit > before;
  }

  private void change(double factor) {
    int changed = (int) Math.round(limit * factor);
    limit = Math.max(Math.min(most, MeshLimits.INSTANCE_RUNNING_MIN), Math.min(most, changed));
  }

  private void stopTrying(long nowNanos, long restNanos) {
    halved = false;
    pressed = false; // A limit that nobody meets is as good as any.
    usual = 0;
    tryNextNanos = nowNanos + Math.max(MeshLimits.LIMIT_TRY_INTERVAL.toNanos(), restNanos);
  }
}
