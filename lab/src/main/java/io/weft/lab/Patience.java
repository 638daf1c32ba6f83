package io.weft.lab;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.weft.mesh.time.Ticker;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Waiting with an end, for threads that may block: those of {@code main} methods. */
public final class Patience {
  private Patience() {}

  /**
   * Waits for a future.
   *
   * @param what what is waited for, for people
   * @throws LabException if it fails or takes longer
   */
  public static <T> T await(String what, Future<T> future, Duration timeout) {
    return await(what, future.toCompletionStage().toCompletableFuture(), timeout);
  }

  /**
   * Waits for a future.
   *
   * @param what what is waited for, for people
   * @throws LabException if it fails or takes longer
   */
  public static <T> T await(String what, CompletableFuture<T> future, Duration timeout) {
    try {
      return future.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new LabException(what + ": " + message(e.getCause()), e);
    } catch (TimeoutException e) {
      throw new LabException(what + ": nothing for " + timeout.toSeconds() + " s", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LabException(what + ": interrupted", e);
    }
  }

  /**
   * Waits for the future of a task that is run on a context.
   *
   * @param what what is waited for, for people
   * @throws LabException if it fails or takes longer
   */
  public static <T> T await(
      String what, Context context, Supplier<Future<T>> task, Duration timeout) {
    Promise<T> done = Promise.promise();
    context.runOnContext(turn -> task.get().onComplete(done));
    return await(what, done.future(), timeout);
  }

  /** Blocks this thread for a while. */
  public static void pause(Duration pause) {
    var ticker = Ticker.system();
    long endNanos = ticker.nanos() + pause.toNanos();
    for (long left = pause.toNanos(); left > 0; left = endNanos - ticker.nanos()) {
      LockSupport.parkNanos(left);
    }
  }

  private static String message(@Nullable Throwable failure) {
    return failure instanceof LabException
        ? String.valueOf(failure.getMessage())
        : String.valueOf(failure);
  }

  /**
   * Looks again and again until a condition holds.
   *
   * @param what what is waited for, for people
   * @param pause between two looks
   * @throws LabException if it does not hold in time
   */
  public static void until(
      String what, Duration timeout, Duration pause, BooleanSupplier condition) {
    var ticker = Ticker.system();
    long endNanos = ticker.nanos() + timeout.toNanos();
    while (!condition.getAsBoolean()) {
      if (ticker.nanos() - endNanos >= 0) {
        throw new LabException(what + ": not within " + timeout.toSeconds() + " s");
      }
      var later = CompletableFuture.delayedExecutor(pause.toMillis(), MILLISECONDS);
      await(what, CompletableFuture.runAsync(() -> {}, later), timeout);
    }
  }
}
