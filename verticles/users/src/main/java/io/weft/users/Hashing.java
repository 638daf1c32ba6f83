package io.weft.users;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.weft.mesh.Call;
import io.weft.mesh.Deadline;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.MeshFailure.Rejected;
import io.weft.mesh.MeshFailure.Rejected.Reason;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where passwords are hashed: a few threads of the node, with a queue that says when it is full.
 *
 * <p>One per instance, on whose event loop it lives; the threads are those of all instances of the
 * node. A place is taken before anything else is done for a request, so that what there is no room
 * for costs nothing.
 */
final class Hashing {
  private static final String POOL = "weft-passwords";
  private static final long SLOW_SECONDS = 5;

  private final WorkerExecutor workers;
  private int taken;

  Hashing(Vertx vertx) {
    int threads =
        Math.max(1, Runtime.getRuntime().availableProcessors() / UsersLimits.CORES_PER_HASH_THREAD);
    workers = vertx.createSharedWorkerExecutor(POOL, threads, SLOW_SECONDS, TimeUnit.SECONDS);
  }

  /**
   * Does work that hashes a password with a place taken for it.
   *
   * @return fails with {@code Rejected} when every place is taken; the call may go elsewhere
   */
  <T> Future<T> withPlace(Supplier<Future<T>> work) {
    if (taken == UsersLimits.HASHES_WAITING_MAX) {
      return Future.failedFuture(
          new Rejected(
              Reason.OVERLOADED,
              taken
                  + " passwords wait to be hashed (limit: "
                  + UsersLimits.HASHES_WAITING_MAX
                  + ")",
              UsersLimits.HASHES_RETRY_AFTER));
    }
    taken++;
    return Future.succeededFuture().compose(place -> work.get()).andThen(done -> taken--);
  }

  /**
   * Hashes on one of the threads; for work that has its place.
   *
   * @return completes on the calling context; fails with {@code Expired} when the call's deadline
   *     passed before its turn came
   */
  <T> Future<T> hash(Callable<T> hashing) {
    var deadline = Call.current().map(Call::deadline).orElse(null);
    return workers.executeBlocking(() -> inTime(deadline, hashing), false);
  }

  private static <T> T inTime(@Nullable Deadline deadline, Callable<T> hashing) throws Exception {
    if (deadline != null && deadline.expired()) {
      throw new MeshFailure.Expired("the deadline passed before the password's turn came");
    }
    return hashing.call();
  }

  /** Lets go of the threads. */
  Future<Void> close() {
    return workers.close();
  }
}
