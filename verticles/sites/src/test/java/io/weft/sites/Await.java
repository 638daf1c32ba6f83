package io.weft.sites;

import io.vertx.core.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Waits for futures, for a bounded time. */
final class Await {
  private static final int PATIENCE_SECONDS = 30;

  private Await() {}

  static <T> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  /** A condition that may not hold yet. */
  interface Condition {
    boolean holds() throws Exception;
  }

  /** Waits until a condition holds, asked again and again by whatever answers it. */
  static void eventually(Condition condition) throws Exception {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!condition.holds()) {
      if (System.nanoTime() - until > 0) {
        throw new AssertionError("not within " + PATIENCE_SECONDS + " s");
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
    }
  }

  /** Returns what a future fails with; null when it does not. */
  static @Nullable Throwable failure(Future<?> future) {
    return future
        .<@Nullable Throwable>transform(done -> Future.succeededFuture(done.cause()))
        .toCompletionStage()
        .toCompletableFuture()
        .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
        .join();
  }
}
