package io.weft.lab.jmh;

import io.weft.mesh.MeshLimits;
import io.weft.mesh.client.RetryBudget;
import io.weft.mesh.time.Ticker;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What each call pays for the retries of others, the reading of the clock included. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class RetryBudgetBench {
  private final Ticker ticker = Ticker.system();
  private final RetryBudget budget =
      new RetryBudget(MeshLimits.RETRY_BUDGET_WINDOW, ticker.nanos());

  /** A call is answered. */
  @Benchmark
  public void earn() {
    budget.earn(MeshLimits.RETRY_BUDGET_RATIO, ticker.nanos());
  }

  /** A call is answered, and another one wants to be tried again. */
  @Benchmark
  public boolean earnAndWithdraw() {
    long nowNanos = ticker.nanos();
    budget.earn(MeshLimits.RETRY_BUDGET_RATIO, nowNanos);
    return budget.withdraw(MeshLimits.RETRY_BUDGET_RESERVE_PER_SECOND, nowNanos);
  }
}
