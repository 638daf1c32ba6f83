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
  private final RetryBudget budget =
      new RetryBudget(
          Ticker.system(),
          MeshLimits.RETRY_BUDGET_RATIO,
          MeshLimits.RETRY_BUDGET_RESERVE_PER_SECOND,
          MeshLimits.RETRY_BUDGET_WINDOW);

  /** A call is made. */
  @Benchmark
  public void deposit() {
    budget.deposit();
  }

  /** A call is made and wants to be retried. */
  @Benchmark
  public boolean depositAndWithdraw() {
    budget.deposit();
    return budget.withdraw();
  }
}
