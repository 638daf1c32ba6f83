package io.weft.mesh.bus;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.weft.mesh.Call;
import io.weft.mesh.MeshFailure;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A handler that answers nothing by itself: a test takes the calls that came, and answers them. */
final class Held<R> {
  private static final long PATIENCE_SECONDS = 20;

  private final BlockingQueue<One<R>> calls = new LinkedBlockingQueue<>();

  /** A call that came, and what answers it. */
  record One<R>(Call call, Promise<R> answer) {}

  /** Takes a call in. */
  Future<R> hold(Object request) {
    var one = new One<R>(Call.current().orElseThrow(), Promise.promise());
    calls.add(one);
    return one.answer().future();
  }

  /** Waits for the next call. */
  One<R> next() throws InterruptedException {
    var one = calls.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    assertNotNull(one, "no call came within " + PATIENCE_SECONDS + " s");
    return one;
  }

  /** Returns how many calls have come that no test has taken. */
  int waiting() {
    return calls.size();
  }

  /** Ends the calls that no test has taken: what still runs takes room from the next test. */
  void clear() {
    for (var one = calls.poll(); one != null; one = calls.poll()) {
      one.answer().tryFail(new MeshFailure.Application("test.over", "the test is over"));
    }
  }
}
