package io.weft.routing;

import io.vertx.core.Future;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits in a test for what must come soon. */
public final class Await {
  private static final long SOON_SECONDS = 20;

  private Await() {}

  /** Returns the result of a future; its failure is thrown. */
  public static <T> T result(Future<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(SOON_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new CompletionException(e.getCause());
    } catch (TimeoutException e) {
      throw new AssertionError("nothing within " + SOON_SECONDS + " s", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** Returns the failure of a future that must fail. */
  public static Throwable failure(Future<?> future) {
    try {
      var result = result(future);
      throw new AssertionError("succeeded with " + result);
    } catch (CompletionException e) {
      return e.getCause();
    }
  }
}
