package io.weft.mesh.bus;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.weft.mesh.MeshFailure;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * What became of a call and when, as its caller felt it.
 *
 * @param value what it was answered with, null if it failed
 * @param failure why it failed, null if it did not
 * @param atNanos when, on the scale of {@link System#nanoTime}
 */
record Felt<R>(R value, Throwable failure, long atNanos) {
  private static final long PATIENCE_SECONDS = 45;

  /** Begins to watch a call. */
  static <R> Watched<R> watch(Future<R> call) {
    var done = new CompletableFuture<Felt<R>>();
    call.onComplete(
        (value, failure) -> done.complete(new Felt<>(value, failure, System.nanoTime())));
    return new Watched<>(done);
  }

  /** A call that is watched. */
  record Watched<R>(CompletableFuture<Felt<R>> done) {
    Felt<R> felt() throws Exception {
      return done.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    boolean pending() {
      return !done.isDone();
    }

    /** Waits for the failure, which is to be of a type and soon after a moment. */
    <F extends MeshFailure> F failed(Class<F> type, long sinceNanos, Duration within)
        throws Exception {
      var felt = felt();
      var failure = assertInstanceOf(type, felt.failure());
      felt.soon(sinceNanos, within);
      return failure;
    }
  }

  /** Asserts that it was soon after a moment. */
  void soon(long sinceNanos, Duration within) {
    long tookMillis = (atNanos - sinceNanos) / 1_000_000;
    System.out.println("felt after " + tookMillis + " ms: " + (failure == null ? "ok" : failure));
    assertTrue(
        tookMillis <= within.toMillis(),
        "felt after " + tookMillis + " ms (expected: within " + within.toMillis() + ")");
  }
}
