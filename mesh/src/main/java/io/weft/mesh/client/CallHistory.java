package io.weft.mesh.client;

import io.weft.mesh.MeshLimits;
import io.weft.mesh.Operation;
import io.weft.mesh.Request;
import io.weft.mesh.time.Ticker;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one event loop has learned of an operation's calls: how long attempts at it take, and what
 * further attempts its service has earned. For that event loop.
 */
final class CallHistory {
  /** The share of calls that are measured where nobody needs to know exactly. */
  private static final int MEASURED_ONE_IN = 8;

  private final Ticker ticker;
  private final RetryBudget budget;
  private final Latencies latencies = new Latencies();
  private int measure;

  private CallHistory(Ticker ticker, RetryBudget budget) {
    this.ticker = ticker;
    this.budget = budget;
  }

  Latencies latencies() {
    return latencies;
  }

  /** Returns whether one more is to be measured: the first, and then one of a few. */
  boolean measured() {
    return measure++ % MEASURED_ONE_IN == 0;
  }

  /** Takes note of a call that was answered, whatever the answer. */
  void answered(Request request, long nowNanos) {
    budget.earn(request.policy().retries().budgetRatio(), nowNanos);
  }

  /**
   * Pays for a further attempt, from the credit of the request's chain and from the service's
   * budget.
   *
   * @return null when it is paid for, or else why not, for people
   */
  @Nullable String pay(Request request) {
    var credit = request.origin().credit();
    if (credit.left() == 0) {
      return "the retry credit of the chain of calls is spent";
    }
    if (!budget.withdraw(request.policy().retries().reservePerSecond(), ticker.nanos())) {
      return "the retry budget of the service is spent";
    }
    return credit.withdraw() ? null : "the retry credit of the chain of calls was just spent";
  }

  /**
   * Returns how long an attempt will take, in nanoseconds: the median of the latest, or 0 as long
   * as nothing is known.
   */
  long expectedNanos() {
    return Math.max(0, latencies.nanosAt(0.5));
  }

  /** The histories of all operations that an event loop calls, with one budget for each service. */
  static final class Book {
    private final Ticker ticker;
    private final Map<String, CallHistory> byOperation = new HashMap<>();
    private final Map<String, RetryBudget> budgets = new HashMap<>();
    private final CallHistory strangers;

    Book(Ticker ticker) {
      this.ticker = ticker;
      strangers = new CallHistory(ticker, budget());
    }

    /**
     * Returns the history of an operation; callers may invent names, so those beyond a limit share
     * one.
     */
    CallHistory of(String operation) {
      var known = byOperation.get(operation);
      return known == null ? begin(operation) : known;
    }

    /** Returns the retry budget of a service, or null if it was never called. */
    @Nullable RetryBudget budget(String service) {
      return budgets.get(service);
    }

    private CallHistory begin(String operation) {
      if (byOperation.size() >= MeshLimits.OPERATIONS_KNOWN_MAX) {
        return strangers;
      }
      var service = Operation.serviceOf(operation);
      var history = new CallHistory(ticker, budgets.computeIfAbsent(service, name -> budget()));
      byOperation.put(operation, history);
      return history;
    }

    private RetryBudget budget() {
      return new RetryBudget(MeshLimits.RETRY_BUDGET_WINDOW, ticker.nanos());
    }
  }
}
