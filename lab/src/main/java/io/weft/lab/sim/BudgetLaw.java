package io.weft.lab.sim;

import io.weft.mesh.MeshLimits;
import io.weft.mesh.discovery.Endpoint;
import io.weft.mesh.policy.RetryPolicy;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * Attempts are at most calls plus budget, in every window.
 *
 * <p>Over the life of a process: a share of its calls, plus the reserve of each second, plus that
 * of the one second that a budget begins with. In a window: a share of the calls of the window and
 * of the time for which earnings are kept, plus the reserve of the window and as much as can be
 * saved.
 */
final class BudgetLaw extends Law {
  static final String NAME = "budget";

  private static final long SECOND_NANOS = 1_000_000_000L;
  private static final long[] WINDOWS_NANOS = {SECOND_NANOS, 5 * SECOND_NANOS};
  private static final long KEPT_NANOS = MeshLimits.RETRY_BUDGET_WINDOW.toNanos();

  /** Time goes a little differently for each process, and earnings are kept by slots. */
  private static final double SLACK = 1.01;

  private final World world;
  private final RetryPolicy policy;
  private final Map<Incarnation, Spending> spending = new HashMap<>();

  /** The calls and further attempts of one process, by time. */
  private static final class Spending {
    private final long beganNanos;
    private final Deque<Long> calls = new ArrayDeque<>();
    private final Deque<Long> retries = new ArrayDeque<>();
    private long allCalls;
    private long allRetries;

    Spending(long beganNanos) {
      this.beganNanos = beganNanos;
    }

    private void forget(long beforeNanos) {
      drop(calls, beforeNanos);
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
  public void called(SimCall call) {
    var spent = of(call.caller());
    spent.calls.add(world.nanos());
    spent.allCalls++;
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
        policy.budgetRatio() * spent.allCalls + reserve * (SLACK * seconds + 1));
    for (long window : WINDOWS_NANOS) {
      long earned = Spending.since(spent.calls, now - window - (long) (SLACK * KEPT_NANOS));
      atMost(
          by,
          "within " + window / SECOND_NANOS + " s",
          Spending.since(spent.retries, now - window),
          policy.budgetRatio() * earned + reserve * SLACK * (window + KEPT_NANOS) / SECOND_NANOS);
    }
    spent.forget(now - 2 * (WINDOWS_NANOS[WINDOWS_NANOS.length - 1] + KEPT_NANOS));
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
