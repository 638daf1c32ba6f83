package io.weft.mesh.bus;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Lets a test's own thread wait for what event loops do, each time with a bound. */
public final class Await {
  private static final long FUTURE_SECONDS = 30;
  private static final long CONDITION_SECONDS = 40;

  private Await() {}

  /** Returns a future's result. */
  public static <T> T await(Future<T> future)
      throws ExecutionException, InterruptedException, TimeoutException {
    return future.toCompletionStage().toCompletableFuture().get(FUTURE_SECONDS, TimeUnit.SECONDS);
  }

  /** Returns a future's failure. */
  public static Throwable failureOf(Future<?> future)
      throws InterruptedException, TimeoutException {
    try {
      throw new AssertionError("no failure but " + await(future));
    } catch (ExecutionException e) {
      return e.getCause();
    }
  }

  /** Looks again and again, for what other threads will have done in the end. */
  public static void eventually(BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(CONDITION_SECONDS);
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, "not within " + CONDITION_SECONDS + " s");
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
    }
  }
}
