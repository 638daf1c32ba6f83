package io.weft.lab.sim;

import io.weft.mesh.MeshFailure.Application;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.discovery.Endpoint;
import io.weft.mesh.policy.RetryPolicy;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Attempts are at most calls plus budget, in every window.
 *
 * <p>In any stretch of time a process makes at most a share as many further attempts as its calls
 * were answered in that stretch and in the time before it for which earnings are kept, and the
 * reserve of each second of it, and that of one second. So too over its whole life.
 *
 * <p>An attempt is paid for a while before it is made, so a window reaches back as far as that; and
 * a process that goes on after a pause makes what it had paid for before.
 */
final class BudgetLaw extends Law {
  static final String NAME = "budget";

  private static final long SECOND_NANOS = 1_000_000_000L;
  private static final long[] WINDOWS_NANOS = {SECOND_NANOS, 5 * SECOND_NANOS};
  private static final long KEPT_NANOS = MeshLimits.RETRY_BUDGET_WINDOW.toNanos();

  /** How long after it was paid for an attempt is made: what a server said, and the backoff. */
  private static final long WAIT_NANOS =
      MeshLimits.RETRY_AFTER.plus(MeshLimits.RETRY_BACKOFF.multipliedBy(8)).toNanos();

  /** Time goes a little differently for each process, and earnings are kept by slots. */
  private static final double SLACK = 1.01;

  private final World world;
  private final RetryPolicy policy;
  private final Map<Incarnation, Spending> spending = new HashMap<>();

  /** The calls and further attempts of one process, by time. */
  private static final class Spending {
    private final long beganNanos;
    private final Deque<Long> answers = new ArrayDeque<>();
    private final Deque<Long> retries = new ArrayDeque<>();
    private long allAnswers;
    private long allRetries;

    Spending(long beganNanos) {
      this.beganNanos = beganNanos;
    }

    private void forget(long beforeNanos) {
      drop(answers, beforeNanos);
      drop(retries, beforeNanos);
    }

    private static void drop(Deque<Long> times, long beforeNanos) {
      while (!times.isEmpty() && times.getFirst() < beforeNanos) {
        times.removeFirst();
      }
    }

    private static long since(Deque<Long> times, long nanos) {
      long count = 0;
      for (var at = times.descendingIterator(); at.hasNext() && at.next() >= nanos; ) {
        count++;
      }
      return count;
    }
  }

  BudgetLaw(World world, RetryPolicy policy) {
    this.world = world;
    this.policy = policy;
  }

  @Override
  public void completed(SimCall call, @Nullable Throwable failure) {
    if (failure == null || failure instanceof Application) {
      var spent = of(call.caller());
      spent.answers.add(world.nanos());
      spent.allAnswers++;
    }
  }

  @Override
  public void attempted(Incarnation by, SimCall call, Endpoint endpoint) {
    if (call.attempts() > 1) {
      var spent = of(by);
      spent.retries.add(world.nanos());
      spent.allRetries++;
      check(by, spent);
    }
  }

  private void check(Incarnation by, Spending spent) {
    long now = world.nanos();
    double seconds = (double) (now - spent.beganNanos) / SECOND_NANOS;
    double reserve = policy.reservePerSecond();
    atMost(
        by,
        "since its start",
        spent.allRetries,
        policy.budgetRatio() * spent.allAnswers + reserve * (SLACK * seconds + 1));
    for (long window : WINDOWS_NANOS) {
      long paidNanos = window + WAIT_NANOS;
      if (world.nanos() - by.node().resumedNanos() > paidNanos || by.node().resumedNanos() == 0) {
        long earned =
            Spending.since(spent.answers, now - (long) (SLACK * (paidNanos + KEPT_NANOS)));
        atMost(
            by,
            "within " + window / SECOND_NANOS + " s",
            Spending.since(spent.retries, now - window),
            policy.budgetRatio() * earned + reserve * (SLACK * paidNanos / SECOND_NANOS + 1));
      }
    }
    spent.forget(now - 2 * (WINDOWS_NANOS[WINDOWS_NANOS.length - 1] + WAIT_NANOS + KEPT_NANOS));
  }

  private static void atMost(Incarnation by, String when, long retries, double allowed) {
    if (retries > allowed + 1e-6) {
      throw new Violation(
          NAME,
          by.member()
              + " made "
              + retries
              + " further attempts "
              + when
              + String.format(" (allowed: %.1f)", allowed));
    }
  }

  private Spending of(Incarnation process) {
    return spending.computeIfAbsent(process, p -> new Spending(p.bornNanos()));
  }
}
