package io.weft.routing.upstream;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.WriteStream;
import io.weft.mesh.ItemStream;

/**
 * Writes the rest of a body to where it goes, as fast as it is taken there, and no more of it than
 * a limit.
 */
final class BodyPump {
  private final ItemStream<Buffer> from;
  private final WriteStream<Buffer> to;
  private final Promise<Void> done = Promise.promise();
  private long leftBytes;

  private BodyPump(ItemStream<Buffer> from, WriteStream<Buffer> to, long maxBytes) {
    this.from = from;
    this.to = to;
    leftBytes = maxBytes;
  }

  /**
   * Begins, on the context of both.
   *
   * @return completes when all is written, and nothing is ended; fails when either side does, and
   *     then nothing more is read
   */
  static Future<Void> run(ItemStream<Buffer> from, WriteStream<Buffer> to, long maxBytes) {
    return new BodyPump(from, to, maxBytes).run();
  }

  private Future<Void> run() {
    to.exceptionHandler(this::broken);
    from.exceptionHandler(done::tryFail);
    from.endHandler(end -> done.tryComplete());
    from.handler(this::part);
    return done.future();
  }

  private void part(Buffer bytes) {
    if (done.future().isComplete()) {
      return;
    }
    leftBytes -= bytes.length();
    if (leftBytes < 0) {
      broken(new IllegalStateException("a body that goes beyond its limit"));
      return;
    }
    to.write(bytes).onFailure(this::broken);
    if (to.writeQueueFull()) {
      from.pause();
      to.drainHandler(drained -> from.resume());
    }
  }

  private void broken(Throwable failure) {
    if (done.tryFail(failure)) {
      from.cancel();
    }
  }
}
