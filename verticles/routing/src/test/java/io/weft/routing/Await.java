package io.weft.routing;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

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

  /** Waits for what must come soon. */
  public static void until(Vertx vertx, BooleanSupplier condition) {
    Promise<Void> holds = Promise.promise();
    look(vertx, condition, holds);
    result(holds.future());
  }

  private static void look(Vertx vertx, BooleanSupplier condition, Promise<Void> holds) {
    if (condition.getAsBoolean()) {
      holds.complete();
    } else {
      vertx.setTimer(5, fired -> look(vertx, condition, holds));
    }
  }
}
