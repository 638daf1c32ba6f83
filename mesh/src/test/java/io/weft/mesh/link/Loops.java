package io.weft.mesh.link;

import static io.weft.mesh.bus.Await.await;

import io.vertx.core.Context;
import io.vertx.core.Promise;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;

/** Event loops, as tests reach them from their own thread. */
final class Loops {
  private Loops() {}

  /** Returns what runs tasks in turns of an event loop. */
  static Executor turns(Context loop) {
    return task -> loop.runOnContext(turn -> task.run());
  }

  /** Runs a task on an event loop, and returns what it returned. */
  static <T> T on(Context loop, Callable<T> task) {
    Promise<T> done = Promise.promise();
    loop.runOnContext(
        turn -> {
          try {
            done.complete(task.call());
          } catch (Exception | AssertionError e) {
            done.fail(e);
          }
        });
    try {
      return await(done.future());
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
